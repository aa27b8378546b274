import Foundation

/// `-ln softmax(z)_t`, the cross-entropy of softmax with the label.
struct CrossEntropy: RowFunction {
  let labels: [Int]

  var name: String { "crossEntropy" }

  func row(
    _ x: UnsafeBufferPointer<Float>, index: Int, gradient: Float, addingTo result: UnsafeMutableBufferPointer<Float>?
  ) -> Float {
    let top = x.max()!
    var total: Float = 0
    for value in x { total += exp(value - top) }
    if let result {
      for k in x.indices { result[k] += gradient * exp(x[k] - top) / total }
      result[labels[index]] -= gradient
    }
    return log(total) - (x[labels[index]] - top)
  }
}

extension Variable {
  /// `-ln softmax(z)_label` for each row of the scores `[B, K]`: `[B]`.
  public func crossEntropy(labels: [Int]) -> Variable { applying(CrossEntropy(labels: labels)) }
}
