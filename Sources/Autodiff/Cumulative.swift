package import Kernels
package import Tensors

/// A running sum or product along one axis.
package struct Cumulative: Operation {
  let cumulation: Cumulation
  let axis: Int

  package init(_ cumulation: Cumulation, axis: Int) {
    self.cumulation = cumulation
    self.axis = axis
  }

  package var name: String { "cumulative \(cumulation.function.rawValue)" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (outer, count, inner) = inputs[0].shape.split(at: axis)
    return Evaluation(
      .from(inputs[0], shape: inputs[0].shape) {
        Kernels.cumulate(cumulation, $0, outer: outer, count: count, inner: inner, into: $1)
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let x = record.inputs[0]
    let (outer, count, inner) = x.shape.split(at: axis)
    return [
      .from(x, record.gradient, shape: x.shape) {
        Kernels.reverseOfCumulation(
          cumulation, input: $0, gradient: $1, outer: outer, count: count, inner: inner, into: $2)
      }
    ]
  }
}
