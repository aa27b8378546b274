import Foundation
import Text

/// Axis positions at multiples of 1, 2 or 5 times a power of ten.
struct Ticks: Equatable {
  let values: [Double]
  /// How many decimals the labels need.
  let decimals: Int

  /// At most `count` + 1 ticks inside `range`.
  init(in range: ClosedRange<Double>, atMost count: Int) {
    let span = range.upperBound - range.lowerBound
    precondition(span > 0 && count > 0, "Ticks: empty range \(range)")
    let rough = span / Double(count)
    let power = pow(10, floor(log10(rough)))
    // A billionth of slack, so that 0.5 / 5 needs no step above 0.1.
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * (1 - 1e-9) } ?? 10 * power
    let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((range.upperBound / step + 1e-9).rounded(.down))
    values = (first...max(first, last)).map { Double($0) * step }
    decimals = max(0, -Int(floor(log10(step) + 1e-9)))
  }

  func label(_ value: Double) -> String { NumberFormat.fixed(value, decimals) }
}
