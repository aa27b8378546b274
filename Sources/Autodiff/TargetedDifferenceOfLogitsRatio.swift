/// `-(z_y - z_t) / (z_π1 - ½(z_π3 + z_π4) + 1e-12)`, π sorting the scores downwards (Croce & Hein 2020, Eq. 7).
struct TargetedDifferenceOfLogitsRatio: RowFunction {
  let labels: [Int]
  let targets: [Int]

  var name: String { "targetedDifferenceOfLogitsRatio" }
  var leastClassCount: Int { 4 }

  func row(
    _ x: UnsafeBufferPointer<Float>, index: Int, gradient: Float, addingTo result: UnsafeMutableBufferPointer<Float>?
  ) -> Float {
    let (label, target) = (labels[index], targets[index])
    let first = indexOfLargest(x, besides: [])
    let second = indexOfLargest(x, besides: [first])
    let third = indexOfLargest(x, besides: [first, second])
    let fourth = indexOfLargest(x, besides: [first, second, third])
    let scale = 1 / (x[first] - 0.5 * (x[third] + x[fourth]) + 1e-12)
    let value = -(x[label] - x[target]) * scale
    if let result {
      result[label] -= gradient * scale
      result[target] += gradient * scale
      result[first] -= gradient * value * scale
      result[third] += 0.5 * gradient * value * scale
      result[fourth] += 0.5 * gradient * value * scale
    }
    return value
  }
}

extension Variable {
  /// `-(z_label - z_target) / (z_π1 - ½(z_π3 + z_π4) + 1e-12)` for each row of the scores `[B, K]`, K ≥ 4: `[B]`.
  ///
  /// An attack towards `targets` ascends it.
  public func targetedDifferenceOfLogitsRatio(labels: [Int], targets: [Int]) -> Variable {
    let operation = TargetedDifferenceOfLogitsRatio(labels: labels, targets: targets)
    let (rows, columns) = shape.requireMatrix(operation.name)
    operation.requireIndices(targets, rows, columns)
    return applying(operation)
  }
}
