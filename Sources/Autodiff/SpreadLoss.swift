/// `Σ_{i≠t} max(0, m - (a_t - a_i))²` (Hinton, Sabour & Frosst 2018, Eq. 3).
struct SpreadLoss: RowFunction {
  let labels: [Int]
  let margin: Float

  var name: String { "spreadLoss" }

  func row(
    _ x: UnsafeBufferPointer<Float>, index: Int, gradient: Float, addingTo result: UnsafeMutableBufferPointer<Float>?
  ) -> Float {
    let label = labels[index]
    var total: Float = 0
    for i in x.indices where i != label {
      let violation = max(0, margin - (x[label] - x[i]))
      total += violation * violation
      result?[i] += 2 * violation * gradient
      result?[label] -= 2 * violation * gradient
    }
    return total
  }
}

extension Variable {
  /// `Σ_{i≠label} max(0, margin - (a_label - a_i))²` for each row of the activations `[B, K]`: `[B]`.
  ///
  /// Its gradient is exactly zero where every other activation is more than `margin` below the label's.
  public func spreadLoss(labels: [Int], margin: Float) -> Variable {
    applying(SpreadLoss(labels: labels, margin: margin))
  }
}
