private import Foundation
public import Testing

extension Trait where Self == ConditionTrait {
  /// A test that takes seconds: `make smoke`, which sets `ROBUST_SMOKE`, leaves it out.
  public static var slow: Self {
    .disabled(if: ProcessInfo.processInfo.environment["ROBUST_SMOKE"] == "1", "takes seconds; make smoke leaves it out")
  }
}
