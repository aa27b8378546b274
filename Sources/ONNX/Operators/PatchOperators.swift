import Autodiff
import Kernels
import Tensors

/// Operators that take images apart into patches under a window, or put them together again.
enum PatchOperators {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition("Col2Im", versions: [18], attributes: ["dilations", "pads", "strides"], lower: fold),
    OperatorDefinition(
      "MaxUnpool", versions: [9, 11, 22], attributes: ["kernel_shape", "pads", "strides"], lower: unpool),
    OperatorDefinition(
      "DeformConv", versions: [19, 22],
      attributes: ["dilations", "group", "kernel_shape", "offset_group", "pads", "strides"], lower: deformedConvolution),
  ]

  /// Blocks `[batch, channels × elements, blocks]`, added up where they lie in an image.
  private static func fold(_ invocation: Invocation) throws -> [Value] {
    let x = try invocation.data()
    try invocation.requireReal(x)
    let sizes = try invocation.integers(1, "the shape of the image")
    let kernel = try invocation.integers(2, "the shape of a block")
    guard x.shape.rank == 3, x.shape.count > 0, (1...8).contains(sizes.count) else {
      throw LoweringFailure.invalid("blocks \(x.shape) of an image of \(sizes.count) axes")
    }
    _ = try WindowAttributes.positive(kernel, "sizes of a block", sizes.count)
    _ = try invocation.shape(sizes)
    let axes = try WindowAttributes(invocation, rank: sizes.count).axes(sizes: sizes, kernel: kernel)
    let elements = try invocation.shape(axes.map(\.kernel)).count
    let blocks = try invocation.shape(axes.map(\.outputs)).count
    guard x.shape[1] % elements == 0, x.shape[2] == blocks else {
      throw LoweringFailure.invalid("\(x.shape) for \(blocks) blocks of \(elements) elements")
    }
    let shape = try invocation.shape([x.shape[0], x.shape[1] / elements] + sizes)
    let planes = shape[0] * shape[1]
    let table = IndexTable(positions: positions(of: axes), inputCount: shape.count / planes, blocks: planes)
    return [try invocation.emit(IndexSum(table, shape: shape), [x], shape: shape, type: x.type)]
  }

  /// For each element of a block, and each block, where it lies in the image; negative: on the padding.
  private static func positions(of axes: [WindowAxis]) -> [Int32] {
    var taps: [[Int]] = [[]]
    for axis in axes { taps = taps.flatMap { tap in (0..<axis.kernel).map { tap + [$0] } } }
    return taps.flatMap { tap in
      zip(axes, tap).reduce(into: [Int32(0)]) { positions, step in
        let (axis, tap) = step
        let places = (0..<axis.outputs).map { $0 * axis.stride + tap * axis.dilation - axis.before }
        positions = positions.flatMap { position in
          places.map { position < 0 || $0 < 0 || $0 >= axis.size ? -1 : position * Int32(axis.size) + Int32($0) }
        }
      }
    }
  }

  /// The elements of a maximum pooling back where they came from, among zeros.
  private static func unpool(_ invocation: Invocation) throws -> [Value] {
    let (x, places) = (try invocation.realInput(0), try invocation.input(1))
    let pooled = Array(try invocation.imageShape().dimensions[2...])
    guard places.shape == x.shape, places.type == .int64 else {
      throw LoweringFailure.invalid("indices of \(places.type) \(places.shape) for \(x.shape)")
    }
    let rank = pooled.count
    let kernel = try WindowAttributes.positive(invocation.ints("kernel_shape"), "kernel_shape", rank)
    let windows = try WindowAttributes(invocation, rank: rank)
    let pads = windows.pads ?? Array(repeating: (0, 0), count: rank)
    // Of the image that was pooled; the indices count through it.
    let sizes = (0..<rank).map {
      (pooled[$0] - 1) * windows.strides[$0] + kernel[$0] - pads[$0].before - pads[$0].after
    }
    let shape = try invocation.shape([x.shape[0], x.shape[1]] + sizes)
    guard sizes.allSatisfy({ $0 > 0 }) else { throw LoweringFailure.invalid("an image of \(shape)") }
    guard shape.count <= 1 << 24 else {
      throw LoweringFailure.unsupported("indices into \(shape), which a 32-bit float does not hold")
    }
    if let known = places.constant?.integers, let wrong = known.first(where: { $0 < 0 || $0 >= shape.count }) {
      throw LoweringFailure.invalid("the index \(wrong) into \(shape)")
    }
    let image = try invocation.emit(Unpooling(shape: shape), [x, places], shape: shape, type: x.type)
    guard let wanted = try invocation.optionalIntegers(2, "the shape of the image") else { return [image] }
    guard wanted.count == shape.rank, zip(wanted, shape.dimensions).allSatisfy(>=), wanted[0] == shape[0],
      wanted[1] == shape[1]
    else { throw LoweringFailure.invalid("an image of \(wanted) from one of \(shape)") }
    _ = try invocation.shape(wanted)
    let axes = zip(wanted, shape.dimensions).map { wanted, count -> [Int]? in
      wanted == count ? nil : (0..<wanted).map { $0 < count ? $0 : -1 }
    }
    return [try invocation.picked(image, axes: axes)]
  }

  /// A convolution whose taps are moved by offsets: its patches times its weights.
  private static func deformedConvolution(_ invocation: Invocation) throws -> [Value] {
    let (x, weights, offsets) = (
      try invocation.realInput(0), try invocation.realInput(1), try invocation.realInput(2)
    )
    guard x.shape.rank == 4 else {
      throw LoweringFailure.unsupported("a deformable convolution of \(x.shape), which has not two axes of pixels")
    }
    let image = try invocation.imageShape()
    let (groups, kernel) = try Convolutions.groupsAndKernel(invocation, image, weights.shape)
    let offsetGroups = try invocation.int("offset_group", default: 1)
    let (filters, perGroup) = (weights.shape[0], weights.shape[1].multipliedReportingOverflow(by: groups))
    guard !perGroup.overflow, perGroup.partialValue == image[1], filters % groups == 0, offsetGroups >= 1,
      image[1] % offsetGroups == 0
    else {
      throw LoweringFailure.invalid(
        "weights \(weights.shape) in \(groups) groups and \(offsetGroups) groups of offsets for \(image)")
    }
    let axes = try WindowAttributes(invocation, rank: 2).axes(sizes: Array(image.dimensions[2...]), kernel: kernel)
    let (taps, outputs) = (try invocation.shape(kernel).count, axes.map(\.outputs))
    let places = try invocation.shape([image[0], offsetGroups, taps, 2] + outputs)
    let expected = Shape([image[0], offsetGroups * taps * 2] + outputs)
    guard offsets.shape == expected else {
      throw LoweringFailure.invalid("offsets of \(offsets.shape), not \(expected)")
    }
    var inputs = [x, offsets]
    if invocation.optionalInput(4) != nil {
      let (mask, expected) = (try invocation.realInput(4), Shape([image[0], offsetGroups * taps] + outputs))
      guard mask.shape == expected else { throw LoweringFailure.invalid("a mask of \(mask.shape), not \(expected)") }
      inputs.append(mask)
    }
    let points = places.count / (2 * image[0] * offsetGroups * taps)
    let patches = try invocation.emit(
      DeformedPatches(groups: offsetGroups, rows: axes[0], columns: axes[1]), inputs,
      shape: invocation.shape([image[0], image[1], taps, points]), type: x.type)
    // Groups of channels are matrices of their own.
    let columns = try invocation.reshaped(patches, to: [image[0], groups, weights.shape[1] * taps, points])
    let rows = try invocation.reshaped(weights, to: [1, groups, filters / groups, weights.shape[1] * taps])
    let product = try invocation.matrixProduct(rows, columns, type: x.type)
    let result = try invocation.reshaped(product, to: [image[0], filters] + outputs)
    guard invocation.optionalInput(3) != nil else { return [result] }
    let bias = try invocation.realInput(3)
    guard bias.shape == [filters] else {
      throw LoweringFailure.invalid("a bias of shape \(bias.shape) for \(filters) channels")
    }
    return [
      try invocation.broadcast(.add, result, invocation.reshaped(bias, to: [filters, 1, 1]), type: x.type)
    ]
  }
}
