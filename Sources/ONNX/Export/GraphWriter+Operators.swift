import Tensors

/// The operators of networks, as operator set 17 has them.
extension GraphWriter {
  mutating func add(_ a: String, _ b: String, _ name: String) -> String { node("Add", [a, b], name) }

  mutating func subtract(_ a: String, _ b: String, _ name: String) -> String { node("Sub", [a, b], name) }

  mutating func multiply(_ a: String, _ b: String, _ name: String) -> String { node("Mul", [a, b], name) }

  mutating func divide(_ a: String, _ b: String, _ name: String) -> String { node("Div", [a, b], name) }

  /// The product of the matrices in the last two axes; the others are broadcast.
  mutating func product(_ a: String, _ b: String, _ name: String) -> String { node("MatMul", [a, b], name) }

  /// `[batch] + dimensions`, in which one may be -1.
  mutating func reshape(_ x: String, _ dimensions: [Int], _ name: String) -> String {
    // 0 stands for the dimension that `x` has there.
    node("Reshape", [x, integers([0] + dimensions, "\(name).shape")], name)
  }

  mutating func transpose(_ x: String, _ order: [Int], _ name: String) -> String {
    node("Transpose", [x], name, .ints("perm", order))
  }

  mutating func slice(_ x: String, _ ranges: [(axis: Int, range: Range<Int>)], _ name: String) -> String {
    let starts = integers(ranges.map(\.range.lowerBound), "\(name).starts")
    let ends = integers(ranges.map(\.range.upperBound), "\(name).ends")
    return node("Slice", [x, starts, ends, integers(ranges.map(\.axis), "\(name).axes")], name)
  }

  /// The slices of `x` along `axis` at `indices`, whose `dimensions` take the place of the axis.
  mutating func gather(_ x: String, _ indices: [Int], _ dimensions: [Int], axis: Int, _ name: String) -> String {
    node("Gather", [x, integers(indices, of: dimensions, "\(name).indices")], name, .int("axis", axis))
  }

  /// Sums over `axes`, which stay as ones if `keeps`.
  mutating func sum(_ x: String, _ axes: [Int], keeps: Bool = true, _ name: String) -> String {
    node("ReduceSum", [x, integers(axes, "\(name).axes")], name, .int("keepdims", keeps ? 1 : 0))
  }

  /// `Mean`, `L2`, `SumSquare`, `LogSumExp` over `axes`, which stay as ones if `keeps`.
  mutating func reduce(
    _ function: String, _ x: String, _ axes: [Int], keeps: Bool = true, _ name: String
  ) -> String {
    node("Reduce\(function)", [x], name, .ints("axes", axes), .int("keepdims", keeps ? 1 : 0))
  }

  mutating func softmax(_ x: String, axis: Int, _ name: String) -> String {
    node("Softmax", [x], name, .int("axis", axis))
  }

  mutating func relu(_ x: String, _ name: String) -> String { node("Relu", [x], name) }

  /// Cross-correlation of `[batch, channel, row, column]` with weights `[filter, channel, row, column]`, and a bias.
  mutating func convolution(
    _ x: String, _ weights: Tensor, bias: Tensor, stride: Int = 1, padding: Int = 0, _ name: String
  ) -> String {
    let inputs = [x, constant(weights, "\(name).weight"), constant(bias, "\(name).bias")]
    return node(
      "Conv", inputs, name, .ints("kernel_shape", Array(weights.shape.dimensions.dropFirst(2))),
      .ints("strides", [stride, stride]), .ints("pads", [Int](repeating: padding, count: 4)))
  }

  /// `x Wᵀ + b` for `x` `[batch, inputs]`, `weights` `[outputs, inputs]`.
  mutating func linear(_ x: String, _ weights: Tensor, bias: Tensor, _ name: String) -> String {
    let inputs = [x, constant(weights, "\(name).weight"), constant(bias, "\(name).bias")]
    return node("Gemm", inputs, name, .int("transB", 1))
  }
}
