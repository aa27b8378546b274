import Autodiff
import Kernels
import Tensors

/// The operators that put one number in the place of a window, and the normalisation across channels of their time.
enum PoolingOperators {
  private static let windows: Set<String> = ["auto_pad", "kernel_shape", "pads", "strides"]

  static let operators: [OperatorDefinition] = [
    OperatorDefinition(
      "MaxPool", versions: [1, 8, 10, 11, 12, 22],
      attributes: windows.union(["ceil_mode", "dilations", "storage_order"]), lower: maximum),
    OperatorDefinition(
      "AveragePool", versions: [1, 7, 10, 11, 19, 22],
      attributes: windows.union(["ceil_mode", "count_include_pad", "dilations"])
    ) { invocation in
      // Before version 7 padding never counted.
      let countsPadding = try invocation.flag("count_include_pad")
      let x = try invocation.realInput(0)
      return [try pool(.mean(countsPadding: countsPadding), x, windowAxes(invocation), invocation)]
    },
    OperatorDefinition(
      "LpPool", versions: [1, 2, 11, 18, 22],
      attributes: windows.union(["ceil_mode", "dilations", "p"])
    ) { invocation in
      let x = try invocation.realInput(0)
      return [try pool(.norm(exponent(invocation)), x, windowAxes(invocation), invocation)]
    },
    OperatorDefinition("GlobalMaxPool", versions: [1, 22]) { try [whole(.maximum, $0)] },
    OperatorDefinition("GlobalAveragePool", versions: [1, 22]) {
      try [whole(.mean(countsPadding: false), $0)]
    },
    OperatorDefinition("GlobalLpPool", versions: [1, 2, 22], attributes: ["p"]) {
      try [whole(.norm(exponent($0)), $0)]
    },
    OperatorDefinition(
      "LRN", versions: [1, 13], attributes: ["alpha", "beta", "bias", "size"], lower: normalization),
  ]

  private static func maximum(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.input(0)
    guard x.type.isReal || x.type == .uint8 || x.type == .int8 else {
      throw LoweringFailure.invalid("input 0 is \(x.type)")
    }
    let axes = try windowAxes(invocation)
    let values = try pool(.maximum, x, axes, invocation)
    guard invocation.node.outputs.count > 1, invocation.node.outputs[1] != nil else {
      return [values]
    }
    guard x.shape.count <= 1 << 24 else {
      throw LoweringFailure.unsupported(
        "indices into \(x.shape), which a 32-bit float does not hold")
    }
    let columnMajor = try invocation.flag("storage_order")
    let places = try invocation.emit(
      PlacesOfMaxima(axes: axes, columnMajor: columnMajor), [x], shape: values.shape, type: .int64)
    return [values, places]
  }

  private static func pool(
    _ function: PoolingFunction, _ x: Value, _ axes: [WindowAxis], _ invocation: Invocation
  ) throws -> Value {
    let shape = try invocation.shape([x.shape[0], x.shape[1]] + axes.map(\.outputs))
    let elements = axes.reduce(Double(shape.count)) { $0 * Double($1.kernel) }
    guard elements <= 0x1p33 else {
      throw LoweringFailure.unsupported("windows of \(axes.map(\.kernel)) at \(shape.count) places")
    }
    return try invocation.emit(Pooling(function, axes: axes), [x], shape: shape, type: x.type)
  }

  private static func windowAxes(_ invocation: Invocation) throws -> [WindowAxis] {
    let sizes = try Array(invocation.imageShape().dimensions[2...])
    guard let kernel = try invocation.ints("kernel_shape"), !kernel.isEmpty else {
      throw LoweringFailure.invalid("kernel_shape is missing")
    }
    _ = try WindowAttributes.positive(kernel, "kernel_shape", sizes.count)
    return try WindowAttributes(invocation, rank: sizes.count)
      .axes(sizes: sizes, kernel: kernel, roundingUp: invocation.flag("ceil_mode"))
  }

  /// A window over all axes but batch and channels.
  private static func whole(_ function: PoolingFunction, _ invocation: Invocation) throws -> Value {
    let x = try invocation.realInput(0)
    guard x.shape.rank >= 2, x.shape.count > 0 else {
      throw LoweringFailure.invalid("an image of shape \(x.shape)")
    }
    let rank = x.shape.rank - 2
    guard (1...3).contains(rank) else {
      throw LoweringFailure.unsupported("images of \(rank) axes")
    }
    return try pool(
      function, x, x.shape.dimensions[2...].map { WindowAxis(size: $0, kernel: $0) }, invocation)
  }

  /// The exponent of a norm; the first versions have it as a real number.
  private static func exponent(_ invocation: Invocation) throws -> Float {
    let p =
      try invocation.version == 1
      ? invocation.float("p", default: 2) : Float(invocation.int("p", default: 2))
    guard p >= 1, p <= 1024 else { throw LoweringFailure.unsupported("a norm of exponent \(p)") }
    return p
  }

  private static func normalization(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.realInput(0)
    guard x.shape.rank >= 2, x.shape.count > 0 else {
      throw LoweringFailure.invalid("an image of shape \(x.shape)")
    }
    guard let size = try invocation.int("size") else {
      throw LoweringFailure.invalid("size is missing")
    }
    guard size >= 1, size <= WindowAttributes.limit else {
      throw LoweringFailure.invalid("size \(size)")
    }
    let operation = LocalResponseNormalization(
      before: (size - 1) / 2, after: size / 2,
      scale: try invocation.float("alpha", default: 1e-4) / Float(size),
      beta: try invocation.float("beta", default: 0.75),
      bias: try invocation.float("bias", default: 1))
    return [try invocation.emit(operation, [x], shape: x.shape, type: x.type)]
  }
}
