import Diagnostics

/// How long the steps of an attack are.
public enum StepSize: Hashable, Sendable {
  /// A multiple of ε.
  case relative(Float)
  /// In pixel units, the same at every ε.
  case absolute(Budget)

  /// Reads `0.2`, a multiple of ε, or a fraction such as `2/255`, which is one of pixel values.
  /// - Throws: `InputError` of kind `.usage` for anything else, and for a fraction that is not above 0 and at most 1.
  public init(parsing text: String) throws {
    if text.contains("/") {
      guard let value = BudgetList.exactValue(of: text).map({ Float($0) }) else {
        throw Self.error("“\(text)” is no fraction")
      }
      guard value > 0, value <= 1 else { throw Self.error("found \(text); expected a step above 0 and at most 1") }
      self = .absolute(Budget(text: text, value: value))
    } else if let multiple = Float(text), multiple.isFinite {
      self = .relative(multiple)
    } else {
      throw Self.error("“\(text)” is neither a multiple of ε nor a fraction")
    }
  }

  /// The hyperparameter of attacks that it is, as they print it.
  public var parameter: (name: String, value: String) {
    switch self {
    case .relative(let multiple): ("relativeStepSize", "\(multiple)")
    case .absolute(let budget): ("stepSize", budget.text)
    }
  }

  private static func error(_ problem: String) -> InputError {
    InputError(
      .usage, .stepSize, problem,
      remedy: "for example \(Setting.stepSize.set(to: "0.2")) for α = ε/5, or \(Setting.stepSize.set(to: "2/255")) for "
        + "α = 2/255 at every ε")
  }
}
