import Autodiff
import Kernels
import Tensors

/// What scikit-learn's exporter puts before a network.
enum FeatureOperators {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition("Scaler", domain: "ai.onnx.ml", versions: [1], attributes: ["offset", "scale"]) { invocation in
      let x = try invocation.data()
      guard x.shape.rank > 0 else { throw LoweringFailure.invalid("features of shape \(x.shape)") }
      let offset = try factors(invocation, "offset", default: 0, count: x.shape[x.shape.rank - 1])
      let scale = try factors(invocation, "scale", default: 1, count: x.shape[x.shape.rank - 1])
      return [
        try invocation.broadcast(
          .multiply, invocation.broadcast(.subtract, x, offset, type: .float), scale, type: .float)
      ]
    }
  ]

  /// One number for all features, or one for each.
  private static func factors(
    _ invocation: Invocation, _ name: String, default value: Float, count: Int
  ) throws -> Value {
    guard let numbers = try invocation.floats(name), !numbers.isEmpty else { return invocation.constant(Tensor(value)) }
    guard numbers.count == 1 || numbers.count == count else {
      throw LoweringFailure.invalid("\(numbers.count) numbers as \(name) of \(count) features")
    }
    return invocation.constant(Tensor(numbers, shape: [numbers.count]))
  }
}
