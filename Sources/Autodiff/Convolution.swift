package import Kernels
package import Tensors

/// Cross-correlation of `[batch, channels, …]` with `[filters, channels / groups, …]` of one to three axes, plus a bias
/// `[filters]` if there is one, plus a tensor of the output's shape if it `addsResidual`, held within `range`.
///
/// The residual is the last input. At the ends of `range` the gradient is zero.
package struct Convolution: Operation {
  package let axes: [WindowAxis]
  package let groups: Int
  package let addsResidual: Bool
  package let range: ClosedRange<Float>?

  /// The weights that it is always given, if they are known.
  private let kept: ConvolutionWeights?

  /// - Parameters:
  ///   - axes: of the image, with the windows of the weights.
  ///   - kept: those of a tensor that it will be given again and again.
  package init(
    axes: [WindowAxis], groups: Int = 1, addsResidual: Bool = false, range: ClosedRange<Float>? = nil,
    kept: ConvolutionWeights? = nil
  ) {
    self.axes = axes
    self.groups = groups
    self.addsResidual = addsResidual
    self.range = range
    self.kept = kept
  }

  package var name: String {
    "convolution" + (addsResidual ? "+sum" : "")
      + (range == nil ? "" : range == .relu ? "+relu" : "+clip")
  }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (x, weights) = (inputs[0], inputs[1])
    let shape = sizes(x.shape, weights.shape)
    let result = Shape([x.shape[0], shape.filters] + axes.map(\.outputs))
    let bias = hasBias(inputs.count) ? inputs[2] : nil
    let residual = addsResidual ? inputs[inputs.count - 1] : nil
    if let bias {
      precondition(
        bias.shape == [shape.filters], "convolution: bias \(bias.shape) for \(weights.shape)")
    }
    if let residual {
      precondition(
        residual.shape == result, "convolution: residual \(residual.shape) for \(result)")
    }
    return Evaluation(
      .from(x, weights, shape: result) { x, weights, y in
        withOptional(bias) { bias in
          withOptional(residual) { residual in
            Kernels.convolve(
              shape, input: x, weights: weights, bias: bias, residual: residual, range: range, kept: kept,
              into: y)
          }
        }
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (x, weights) = (record.inputs[0], record.inputs[1])
    let shape = sizes(x.shape, weights.shape)
    let g =
      range.map { record.gradient.masked(where: record.outputs[0], inside: $0) } ?? record.gradient
    var gradients: [Tensor?] = [nil, nil]
    if record.wants[0] {
      gradients[0] = .from(weights, g, shape: x.shape) {
        Kernels.reverseOfConvolutionByInput(shape, weights: $0, gradient: $1, kept: kept, into: $2)
      }
    }
    if record.wants[1] {
      gradients[1] = .from(x, g, shape: weights.shape) {
        Kernels.reverseOfConvolutionByWeights(shape, input: $0, gradient: $1, into: $2)
      }
    }
    if hasBias(record.inputs.count) {
      gradients.append(record.wants[2] ? g.summedOverAllButAxis1() : nil)
    }
    if addsResidual { gradients.append(record.wants[record.wants.count - 1] ? g : nil) }
    return gradients
  }

  private func hasBias(_ inputCount: Int) -> Bool { inputCount > (addsResidual ? 3 : 2) }

  private func sizes(_ x: Shape, _ weights: Shape) -> ConvolutionShape {
    precondition(
      x.rank == axes.count + 2 && weights.rank == x.rank
        && Array(x.dimensions[2...]) == axes.map(\.size)
        && Array(weights.dimensions[2...]) == axes.map(\.kernel),
      "convolution: \(x) by weights \(weights)")
    precondition(
      groups > 0 && x[1] == weights[1] * groups && weights[0] % groups == 0,
      "convolution: weights \(weights) for an input of shape \(x) in \(groups) groups")
    return ConvolutionShape(
      batch: x[0], channels: x[1], filters: weights[0], groups: groups, axes: axes)
  }
}

extension Convolution {
  /// This and then `next`, its only reader, as one operation; nil if there is none.
  package func followed(by next: any Operation) -> Convolution? {
    guard range == nil, let pointwise = next as? Pointwise else { return nil }
    let range: ClosedRange<Float>
    switch pointwise.function {
    case .relu: range = .relu
    case .clip(let low, let high) where low <= high: range = low...high
    default: return nil
    }
    return Convolution(
      axes: axes, groups: groups, addsResidual: addsResidual, range: range, kept: kept)
  }

  /// This plus a tensor of the same shape, which becomes the last input; nil if that is impossible.
  package func adding(_ next: any Operation) -> Convolution? {
    guard range == nil, !addsResidual, let sum = next as? BroadcastBinary, sum.function == .add
    else { return nil }
    return Convolution(axes: axes, groups: groups, addsResidual: true, kept: kept)
  }
}

extension ClosedRange<Float> {
  /// What a rectifier leaves.
  package static var relu: ClosedRange<Float> { 0...Float.infinity }
}

extension Tensor {
  /// This where `output` is strictly inside `range`, else zero.
  fileprivate func masked(where output: Tensor, inside range: ClosedRange<Float>) -> Tensor {
    if range == .relu { return maskedByRelu(output: output) }
    return .from(self, output, shape: shape) {
      Kernels.mask($0, where: $1, inside: range, into: $2)
    }
  }
}

/// Gives `body` the elements of `tensor`, if there is one.
func withOptional(_ tensor: Tensor?, _ body: (Floats?) -> Void) {
  if let tensor { tensor.withUnsafeBuffer { body($0) } } else { body(nil) }
}

extension Variable {
  /// Cross-correlation of this, `[B, C, H, W]`, with `weights`, `[O, C, kh, kw]`, plus `bias`, `[O]`, clamped at zero
  /// from below if `relu`: `[B, O, (H + 2·padding − kh) / stride + 1, (W + 2·padding − kw) / stride + 1]`.
  public func convolution(
    _ weights: Variable, bias: Variable? = nil, stride: Int = 1, padding: Int = 0,
    relu: Bool = false
  ) -> Variable {
    precondition(
      shape.rank == 4 && weights.shape.rank == 4,
      "convolution: \(shape) by weights \(weights.shape)")
    precondition(stride > 0 && padding >= 0, "convolution: stride \(stride), padding \(padding)")
    let axes = [2, 3].map { axis in
      precondition(
        shape[axis] + 2 * padding >= weights.shape[axis],
        "convolution: the kernel of \(weights.shape) is larger than \(shape) with padding \(padding)"
      )
      return WindowAxis(
        size: shape[axis], kernel: weights.shape[axis], stride: stride, before: padding,
        after: padding)
    }
    let operation = Convolution(axes: axes, range: relu ? .relu : nil)
    return if let bias { applying(operation, weights, bias) } else { applying(operation, weights) }
  }
}
