import Kernels
package import Tensors

/// The sum over one axis, or over all elements, times a fixed number.
package struct Sum: Operation {
  /// `nil`: all of them.
  let axis: Int?
  var isMean = false

  package init(axis: Int?, isMean: Bool = false) {
    self.axis = axis
    self.isMean = isMean
  }

  package var name: String { isMean ? "mean" : "sum" }

  private func layout(_ shape: Shape) -> (outer: Int, count: Int, inner: Int, scale: Float) {
    guard let axis else { return (1, shape.count, 1, isMean ? 1 / Float(shape.count) : 1) }
    precondition(axis >= 0 && axis < shape.rank, "\(name): axis \(axis) of \(shape)")
    let (outer, count, inner) = shape.split(at: axis)
    return (outer, count, inner, isMean ? 1 / Float(count) : 1)
  }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    var dimensions = axis == nil ? [] : inputs[0].shape.dimensions
    let (outer, count, inner, scale) = layout(inputs[0].shape)
    if let axis { dimensions.remove(at: axis) }
    return Evaluation(
      .from(inputs[0], shape: Shape(dimensions)) {
        Kernels.sum($0, outer: outer, count: count, inner: inner, scale: scale, into: $1)
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (outer, count, inner, scale) = layout(record.inputs[0].shape)
    return [
      .from(record.gradient, shape: record.inputs[0].shape) {
        Kernels.broadcast($0, outer: outer, count: count, inner: inner, scale: scale, into: $1)
      }
    ]
  }
}

extension Variable {
  /// The sum of all elements, of rank 0.
  public func sum() -> Variable { applying(Sum(axis: nil)) }

  /// The mean of all elements, of rank 0.
  public func mean() -> Variable { applying(Sum(axis: nil, isMean: true)) }

  /// The sum over `axis`, which goes away.
  public func sum(axis: Int) -> Variable { applying(Sum(axis: axis)) }

  /// The mean over `axis`, which goes away.
  public func mean(axis: Int) -> Variable { applying(Sum(axis: axis, isMean: true)) }
}
