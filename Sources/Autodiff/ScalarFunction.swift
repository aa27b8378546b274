package import Tensors

/// A function of one number that is too rare for vectors: a rule for the value and one for the derivative.
package struct ScalarFunction: Operation {
  package let name: String
  private let value: @Sendable (Float) -> Float
  /// The derivative at `x`, where the value is `y`; `nil` if it is zero wherever it exists.
  private let slope: (@Sendable (_ x: Float, _ y: Float) -> Float)?

  package init(
    _ name: String, _ value: @escaping @Sendable (Float) -> Float,
    slope: (@Sendable (_ x: Float, _ y: Float) -> Float)? = nil
  ) {
    self.name = name
    self.value = value
    self.slope = slope
  }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation { Evaluation(inputs[0].map(value)) }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    guard let slope else { return [nil] }
    let (x, y) = (record.inputs[0], record.outputs[0])
    return [
      .from(x, y, record.gradient, shape: x.shape) { x, y, g, dx in
        for i in 0..<x.count { dx[i] = g[i] * slope(x[i], y[i]) }
      }
    ]
  }
}
