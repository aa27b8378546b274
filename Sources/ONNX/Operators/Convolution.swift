import Autodiff
import Kernels
import Tensors

/// `Conv` and `ConvTranspose`.
enum Convolutions {
  static let attributes: Set<String> = [
    "auto_pad", "dilations", "group", "kernel_shape", "pads", "strides",
  ]

  static let operators: [OperatorDefinition] = [
    OperatorDefinition("Conv", versions: [1, 11, 22], attributes: attributes, lower: convolution),
    OperatorDefinition(
      "ConvTranspose", versions: [1, 11, 22],
      attributes: attributes.union(["output_padding", "output_shape"]),
      lower: transposedConvolution),
  ]

  private static func convolution(_ invocation: Invocation) throws -> [Value] {
    let (x, weights) = (try invocation.realInput(0), try invocation.realInput(1))
    return [
      try convolution(invocation, x, weights, bias: bias(invocation, weights.shape.dimensions.first ?? 0), type: x.type)
    ]
  }

  /// `x` convolved by `weights`, as the attributes of the node say.
  static func convolution(
    _ invocation: Invocation, _ x: Value, _ weights: Value, bias: [Value], type: ElementType
  ) throws -> Value {
    let image = try invocation.imageShape()
    let (groups, kernel) = try groupsAndKernel(invocation, image, weights.shape)
    let perGroup = weights.shape[1].multipliedReportingOverflow(by: groups)
    guard !perGroup.overflow, perGroup.partialValue == image[1], weights.shape[0] % groups == 0 else {
      throw LoweringFailure.invalid("weights \(weights.shape) in \(groups) groups for \(image)")
    }
    let axes = try WindowAttributes(invocation, rank: kernel.count)
      .axes(sizes: Array(image.dimensions[2...]), kernel: kernel)
    let shape = try invocation.shape([image[0], weights.shape[0]] + axes.map(\.outputs))
    try checkWork(
      axes, channels: weights.shape[1], results: shape.count, image: image, isKnown: x.constant != nil)
    let operation = Convolution(axes: axes, groups: groups, kept: kept(weights, invocation))
    return try invocation.emit(operation, [x, weights] + bias, shape: shape, type: type)
  }

  private static func transposedConvolution(_ invocation: Invocation) throws -> [Value] {
    let (x, weights) = (try invocation.realInput(0), try invocation.realInput(1))
    let image = try invocation.imageShape()
    let (groups, kernel) = try groupsAndKernel(invocation, image, weights.shape)
    let channels = weights.shape[1].multipliedReportingOverflow(by: groups)
    guard !channels.overflow, image[1] == weights.shape[0], image[1] % groups == 0 else {
      throw LoweringFailure.invalid("weights \(weights.shape) in \(groups) groups for \(image)")
    }
    let axes = try resultAxes(invocation, image, kernel)
    let shape = try invocation.shape([image[0], channels.partialValue] + axes.map(\.size))
    try checkWork(
      axes, channels: weights.shape[1], results: image.count, image: shape, isKnown: x.constant != nil)
    let inputs = try [x, weights] + bias(invocation, channels.partialValue)
    return [
      try invocation.emit(
        TransposedConvolution(axes: axes, groups: groups, kept: kept(weights, invocation)), inputs,
        shape: shape, type: x.type)
    ]
  }

  /// The axes of the result, such that a convolution of it gives the image's.
  private static func resultAxes(_ invocation: Invocation, _ image: Shape, _ kernel: [Int]) throws
    -> [WindowAxis]
  {
    let rank = kernel.count
    let windows = try WindowAttributes(invocation, rank: rank)
    var additions = try invocation.ints("output_padding") ?? []
    if additions.isEmpty { additions = Array(repeating: 0, count: rank) }
    guard additions.count == rank, additions.allSatisfy({ $0 >= 0 && $0 <= WindowAttributes.limit })
    else {
      throw LoweringFailure.invalid("output_padding \(additions) for \(rank) axes")
    }
    // Some exporters write all dimensions.
    let sizes =
      try invocation.ints("output_shape").map { $0.count == rank + 2 ? Array($0[2...]) : $0 } ?? []
    guard
      sizes.isEmpty
        || sizes.count == rank
          && sizes.allSatisfy({ $0 >= 1 && $0 <= ProgramBuilder.maximumElements })
    else { throw LoweringFailure.invalid("output_shape \(sizes) for \(rank) axes") }
    return try (0..<rank).map { i in
      let (stride, dilation, addition) = (windows.strides[i], windows.dilations[i], additions[i])
      // What the windows cover, and beyond it what `output_padding` adds.
      let all = (image[i + 2] - 1) * stride + addition + (kernel[i] - 1) * dilation + 1
      let (size, pad): (Int, (before: Int, after: Int))
      if !sizes.isEmpty {
        (size, pad) = (sizes[i], windows.halves(max(0, all - sizes[i])))
      } else if let pads = windows.pads {
        (size, pad) = (all - pads[i].before - pads[i].after, pads[i])
      } else {
        (size, pad) = (image[i + 2] * stride, windows.halves(max(0, all - image[i + 2] * stride)))
      }
      guard size > 0 else {
        throw LoweringFailure.invalid("a result of \(size) elements along axis \(i + 2)")
      }
      let axis = WindowAxis(
        size: size, kernel: kernel[i], stride: stride, dilation: dilation, before: pad.before,
        after: pad.after)
      guard size + pad.before + pad.after >= axis.extent, axis.outputs == image[i + 2] else {
        throw LoweringFailure.unsupported(
          "a result of \(size) elements, padded by \(pad.before) and \(pad.after), from \(image[i + 2])"
        )
      }
      return axis
    }
  }

  static func groupsAndKernel(
    _ invocation: Invocation, _ image: Shape, _ weights: Shape
  ) throws -> (groups: Int, kernel: [Int]) {
    guard weights.rank == image.rank, weights.count > 0 else {
      throw LoweringFailure.invalid("weights \(weights) for \(image)")
    }
    let kernel = Array(weights.dimensions[2...])
    guard kernel.allSatisfy({ $0 <= WindowAttributes.limit }) else {
      throw LoweringFailure.unsupported("weights \(weights)")
    }
    if let declared = try invocation.ints("kernel_shape"), !declared.isEmpty, declared != kernel {
      throw LoweringFailure.invalid("kernel_shape \(declared) for weights \(weights)")
    }
    let groups = try invocation.int("group", default: 1)
    guard groups >= 1 else { throw LoweringFailure.invalid("\(groups) groups") }
    return (groups, kernel)
  }

  /// Input 2, if it is given.
  private static func bias(_ invocation: Invocation, _ filters: Int) throws -> [Value] {
    guard invocation.optionalInput(2) != nil else { return [] }
    let bias = try invocation.realInput(2)
    guard bias.shape == [filters] else {
      throw LoweringFailure.invalid("a bias of shape \(bias.shape) for \(filters) channels")
    }
    return [bias]
  }

  /// What kernels make of known weights is kept.
  private static func kept(_ weights: Value, _ invocation: Invocation) -> ConvolutionWeights? {
    if case .reals(let tensor)? = weights.constant?.elements {
      invocation.builder.kept.convolution(tensor)
    } else {
      nil
    }
  }

  /// Patches are gathered, and a file may ask for absurd ones: beyond what any network needs for a batch, or, of known
  /// images, for what it computes once.
  private static func checkWork(
    _ axes: [WindowAxis], channels: Int, results: Int, image: Shape, isKnown: Bool
  ) throws {
    func product(_ factors: [Int]) -> Int {
      factors.reduce(1) { product, factor in
        let (value, overflow) = product.multipliedReportingOverflow(by: factor)
        return overflow ? .max : value
      }
    }
    let taps = product([channels] + axes.map(\.kernel))
    let padded = product([image[1]] + axes.map { $0.size + $0.before + $0.after })
    guard product([taps] + axes.map(\.outputs)) <= 1 << 28, padded <= 1 << 28,
      product([taps, results]) <= 1 << (isKnown ? 33 : 40)
    else {
      throw LoweringFailure.unsupported("a convolution of \(image) by windows of \(axes.map(\.kernel)) is too large")
    }
  }
}
