package import Kernels
package import Tensors

/// The linear map whose transpose is a convolution: `[batch, filters, …]` by `[filters, channels / groups, …]` gives
/// `[batch, channels, …]`, plus a bias `[channels]` if there is one.
package struct TransposedConvolution: Operation {
  package let axes: [WindowAxis]
  package let groups: Int
  /// The weights that it is always given, if they are known.
  private let kept: ConvolutionWeights?

  /// - Parameters:
  ///   - axes: those of the convolution: their sizes are the result's, their outputs the input's.
  ///   - kept: those of a tensor that it will be given again and again.
  package init(axes: [WindowAxis], groups: Int = 1, kept: ConvolutionWeights? = nil) {
    self.axes = axes
    self.groups = groups
    self.kept = kept
  }

  package var name: String { "transposedConvolution" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (x, weights) = (inputs[0], inputs[1])
    let shape = sizes(x.shape, weights.shape)
    let bias = inputs.count > 2 ? inputs[2] : nil
    if let bias {
      precondition(
        bias.shape == [shape.channels],
        "transposedConvolution: bias \(bias.shape) for \(weights.shape)")
    }
    return Evaluation(
      .from(x, weights, shape: Shape([x.shape[0], shape.channels] + axes.map(\.size))) {
        x, weights, y in
        Kernels.reverseOfConvolutionByInput(
          shape, weights: weights, gradient: x, kept: kept, into: y)
        withOptional(bias) { bias in
          guard let bias else { return }
          let plane = y.count / (shape.batch * shape.channels)
          for row in 0..<shape.batch * shape.channels {
            for i in row * plane..<(row + 1) * plane { y[i] += bias[row % shape.channels] }
          }
        }
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (x, weights) = (record.inputs[0], record.inputs[1])
    let shape = sizes(x.shape, weights.shape)
    var gradients: [Tensor?] = [nil, nil]
    if record.wants[0] {
      gradients[0] = .from(weights, record.gradient, shape: x.shape) {
        Kernels.convolve(shape, input: $1, weights: $0, bias: nil, kept: kept, into: $2)
      }
    }
    if record.wants[1] {
      gradients[1] = .from(x, record.gradient, shape: weights.shape) {
        Kernels.reverseOfConvolutionByWeights(shape, input: $1, gradient: $0, into: $2)
      }
    }
    if record.inputs.count > 2 {
      gradients.append(record.wants[2] ? record.gradient.summedOverAllButAxis1() : nil)
    }
    return gradients
  }

  private func sizes(_ x: Shape, _ weights: Shape) -> ConvolutionShape {
    precondition(
      x.rank == axes.count + 2 && weights.rank == x.rank
        && Array(x.dimensions[2...]) == axes.map(\.outputs)
        && Array(weights.dimensions[2...]) == axes.map(\.kernel),
      "transposedConvolution: \(x) by weights \(weights)")
    precondition(
      groups > 0 && x[1] == weights[0] && weights[0] % groups == 0,
      "transposedConvolution: weights \(weights) for an input of shape \(x) in \(groups) groups")
    return ConvolutionShape(
      batch: x[0], channels: weights[1] * groups, filters: x[1], groups: groups, axes: axes)
  }
}
