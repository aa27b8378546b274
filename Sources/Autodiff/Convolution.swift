import Kernels
import Tensors

/// Cross-correlation of `[batch, channels, rows, columns]` with `[filters, channels, kernel rows, kernel columns]`, plus
/// a bias `[filters]` if there is one, clamped at zero from below if `relu`.
struct Convolution: Operation {
  let stride: Int
  let padding: Int
  let relu: Bool

  var name: String { relu ? "convolution+relu" : "convolution" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (x, weights) = (inputs[0], inputs[1])
    let shape = sizes(x.shape, weights.shape)
    if inputs.count > 2 {
      precondition(inputs[2].shape == [weights.shape[0]], "convolution: bias \(inputs[2].shape) for \(weights.shape)")
    }
    return Evaluation(
      .from(x, weights, shape: [shape.batch, shape.filters, shape.outputRows, shape.outputColumns]) { x, weights, y in
        let product = { (bias: Floats?) in
          Kernels.convolve(shape, input: x, weights: weights, bias: bias, relu: relu, into: y)
        }
        if inputs.count > 2 { inputs[2].withUnsafeBuffer(product) } else { product(nil) }
      })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (x, weights) = (record.inputs[0], record.inputs[1])
    let shape = sizes(x.shape, weights.shape)
    let g = relu ? record.gradient.maskedByRelu(output: record.outputs[0]) : record.gradient
    var gradients: [Tensor?] = [nil, nil]
    if record.wants[0] {
      gradients[0] = .from(weights, g, shape: x.shape) {
        Kernels.reverseOfConvolutionByInput(shape, weights: $0, gradient: $1, into: $2)
      }
    }
    if record.wants[1] {
      gradients[1] = .from(x, g, shape: weights.shape) {
        Kernels.reverseOfConvolutionByWeights(shape, input: $0, gradient: $1, into: $2)
      }
    }
    if record.inputs.count > 2 { gradients.append(record.wants[2] ? g.summedOverAllButAxis1() : nil) }
    return gradients
  }

  private func sizes(_ x: Shape, _ weights: Shape) -> ConvolutionShape {
    precondition(x.rank == 4 && weights.rank == 4, "convolution: \(x) by weights \(weights)")
    precondition(x[1] == weights[1], "convolution: weights \(weights) for an input of shape \(x)")
    precondition(stride > 0 && padding >= 0, "convolution: stride \(stride), padding \(padding)")
    precondition(
      x[2] + 2 * padding >= weights[2] && x[3] + 2 * padding >= weights[3],
      "convolution: the kernel of \(weights) is larger than \(x) with padding \(padding)")
    return ConvolutionShape(
      batch: x[0], channels: x[1], rows: x[2], columns: x[3], filters: weights[0], kernelRows: weights[2],
      kernelColumns: weights[3], stride: stride, padding: padding)
  }
}

extension Variable {
  /// Cross-correlation of this, `[B, C, H, W]`, with `weights`, `[O, C, kh, kw]`, plus `bias`, `[O]`, clamped at zero
  /// from below if `relu`: `[B, O, (H + 2·padding − kh) / stride + 1, (W + 2·padding − kw) / stride + 1]`.
  public func convolution(
    _ weights: Variable, bias: Variable? = nil, stride: Int = 1, padding: Int = 0, relu: Bool = false
  ) -> Variable {
    let operation = Convolution(stride: stride, padding: padding, relu: relu)
    return if let bias { applying(operation, weights, bias) } else { applying(operation, weights) }
  }
}
