import Tensors

/// One element of each row.
struct Gather: RowFunction {
  let labels: [Int]

  var name: String { "pick" }

  func row(
    _ x: UnsafeBufferPointer<Float>, index: Int, gradient: Float, addingTo result: UnsafeMutableBufferPointer<Float>?
  ) -> Float {
    result?[labels[index]] += gradient
    return x[labels[index]]
  }
}

extension Variable {
  /// Element `indices[b]` of each row `b` of `[B, K]`: `[B]`.
  public func picking(_ indices: [Int]) -> Variable { applying(Gather(labels: indices)) }
}
