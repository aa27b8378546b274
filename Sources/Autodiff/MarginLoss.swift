/// `Σ_k T_k max(0, m⁺ - a_k)² + λ (1 - T_k) max(0, a_k - m⁻)²` (Sabour, Frosst & Hinton 2017, Eq. 4).
struct MarginLoss: RowFunction {
  let labels: [Int]
  let present: Float
  let absent: Float
  let downWeight: Float

  var name: String { "marginLoss" }

  func row(
    _ x: UnsafeBufferPointer<Float>, index: Int, gradient: Float, addingTo result: UnsafeMutableBufferPointer<Float>?
  ) -> Float {
    let label = labels[index]
    var total: Float = 0
    for k in x.indices {
      let isLabel = k == label
      let violation = max(0, isLabel ? present - x[k] : x[k] - absent)
      let weight = isLabel ? 1 : downWeight
      total += weight * violation * violation
      result?[k] += (isLabel ? -2 : 2) * weight * violation * gradient
    }
    return total
  }
}

extension Variable {
  /// `max(0, 0.9 - a_label)² + 0.5 Σ_{k≠label} max(0, a_k - 0.1)²` for each row of the activations `[B, K]`: `[B]`.
  public func marginLoss(labels: [Int]) -> Variable {
    applying(MarginLoss(labels: labels, present: 0.9, absent: 0.1, downWeight: 0.5))
  }
}
