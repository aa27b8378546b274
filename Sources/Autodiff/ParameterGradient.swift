import Kernels
public import Tensors

/// The gradient of a loss by a parameter.
public enum ParameterGradient: Sendable {
  case tensor(Tensor)
  /// Left as a product by the layer whose weights they are, so that nobody need write it to memory.
  case product(WeightProduct)

  /// `[outputs, inputs]` and so on: the parameter's shape.
  public var tensor: Tensor {
    switch self {
    case .tensor(let tensor): tensor
    case .product(let product):
      Tensor(uninitialized: product.shape) { product.write(rows: 0..<product.shape[0], to: $0) }
    }
  }
}

/// `gᵀ x`, the gradient of the weights of a linear layer, for the gradient `g` `[batch, outputs]` of its output and its
/// input `x` `[batch, inputs]`.
///
/// For a batch of 32 and 1024×3136 weights the factors are 24 times smaller than the product.
public struct WeightProduct: Sendable {
  public let outputGradient: Tensor
  public let input: Tensor

  init(outputGradient: Tensor, input: Tensor) {
    precondition(
      outputGradient.shape.rank == 2 && input.shape.rank == 2 && outputGradient.shape[0] == input.shape[0],
      "WeightProduct: \(outputGradient.shape) and \(input.shape)")
    self.outputGradient = outputGradient
    self.input = input
  }

  /// `[outputs, inputs]`.
  public var shape: Shape { [outputGradient.shape[1], input.shape[1]] }

  /// The sum of `products`, of equal shape, as one: that of the factors' rows one after the other.
  public static func sum(_ products: [WeightProduct]) -> WeightProduct {
    guard products.count > 1 else { return products[0] }
    return WeightProduct(
      outputGradient: .concatenated(products.map(\.outputGradient)), input: .concatenated(products.map(\.input)))
  }

  /// Writes `rows` of the product, row-major, to the beginning of `result`.
  public func write(rows: Range<Int>, to result: UnsafeMutableBufferPointer<Float>) {
    precondition(rows.upperBound <= shape[0] && result.count >= rows.count * shape[1], "WeightProduct: rows \(rows)")
    outputGradient.withUnsafeBuffer { g in
      input.withUnsafeBuffer { x in
        Kernels.reverseOfLinearByWeights(
          input: x, gradient: g, batch: input.shape[0], inputs: shape[1], outputs: shape[0], rows: rows, into: result)
      }
    }
  }
}
