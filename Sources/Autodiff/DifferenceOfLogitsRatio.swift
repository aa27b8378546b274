/// `-(z_y - max_{i≠y} z_i) / (z_π1 - z_π3 + 1e-12)`, π sorting the scores downwards (Croce & Hein 2020, Eq. 6).
///
/// The 1e-12, against a zero divisor, is AutoAttack's.
struct DifferenceOfLogitsRatio: RowFunction {
  let labels: [Int]

  var name: String { "differenceOfLogitsRatio" }
  var leastClassCount: Int { 3 }

  func row(
    _ x: UnsafeBufferPointer<Float>, index: Int, gradient: Float, addingTo result: UnsafeMutableBufferPointer<Float>?
  ) -> Float {
    let label = labels[index]
    let first = indexOfLargest(x, besides: [])
    let second = indexOfLargest(x, besides: [first])
    let third = indexOfLargest(x, besides: [first, second])
    let rival = first == label ? second : first
    let scale = 1 / (x[first] - x[third] + 1e-12)
    let value = -(x[label] - x[rival]) * scale
    if let result {
      result[label] -= gradient * scale
      result[rival] += gradient * scale
      result[first] -= gradient * value * scale
      result[third] += gradient * value * scale
    }
    return value
  }
}

extension Variable {
  /// `-(z_label - max_{i≠label} z_i) / (z_π1 - z_π3 + 1e-12)` for each row of the scores `[B, K]`, K ≥ 3: `[B]`.
  ///
  /// An attack ascends it. It does not change when the scores are scaled or shifted.
  public func differenceOfLogitsRatio(labels: [Int]) -> Variable {
    applying(DifferenceOfLogitsRatio(labels: labels))
  }
}
