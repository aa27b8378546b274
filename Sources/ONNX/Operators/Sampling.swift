import Autodiff
import Kernels
import Tensors

/// Operators that read images at the points of a grid.
enum Sampling {
  static let operators: [OperatorDefinition] = [
    OperatorDefinition(
      "GridSample", versions: [16, 20, 22], attributes: ["align_corners", "mode", "padding_mode"], lower: gridSample),
    OperatorDefinition("AffineGrid", versions: [20], attributes: ["align_corners"], lower: affineGrid),
  ]

  private static let modes: [String: GridInterpolation.Mode] = [
    "nearest": .nearest, "linear": .linear, "bilinear": .linear, "cubic": .cubic, "bicubic": .cubic,
  ]

  private static let paddings: [String: GridInterpolation.Padding] = [
    "zeros": .zeros, "border": .border, "reflection": .reflection,
  ]

  private static func gridSample(_ invocation: Invocation) throws -> [Value] {
    let (data, grid) = (try invocation.data(), try invocation.input(1))
    let (x, points) = (data.shape, grid.shape)
    let (mode, padding) = (
      try invocation.string("mode", default: "linear"), try invocation.string("padding_mode", default: "zeros")
    )
    guard let interpolation = modes[mode], let border = paddings[padding] else {
      throw LoweringFailure.invalid("the modes \(mode) and \(padding)")
    }
    guard x.rank >= 3, points.rank == x.rank, points[0] == x[0], points[points.rank - 1] == x.rank - 2 else {
      throw LoweringFailure.invalid("\(x) at the points of a grid of \(points)")
    }
    guard x.rank <= 5 else { throw LoweringFailure.unsupported("images of \(x.rank - 2) dimensions") }
    guard data.type.isReal, grid.type.isReal else {
      throw LoweringFailure.unsupported("\(data.type) at a grid's points")
    }
    let shape = try invocation.boundedShape([x[0], x[1]] + points.dimensions[1..<(points.rank - 1)])
    if shape.count == 0 { return [try invocation.empty(shape, type: data.type)] }
    guard x.count > 0 else { throw LoweringFailure.invalid("images without pixels: \(x)") }
    let sampling = GridSampling(
      GridInterpolation(mode: interpolation, padding: border, alignCorners: try invocation.flag("align_corners")))
    return [try invocation.emit(sampling, [data, grid], shape: shape, type: data.type)]
  }

  /// `grid[n, p] = theta[n] · (p, 1)` for the points p of the unit grid: linear in theta, as resampling is.
  private static func affineGrid(_ invocation: Invocation) throws -> [Value] {
    let theta = try invocation.data()
    let size = try invocation.integers(1, "the size")
    let rank = size.count - 2
    guard rank == 2 || rank == 3, theta.shape.rank == 3, theta.shape[0] == size[0], theta.shape[1] == rank,
      theta.shape[2] == rank + 1, theta.type.isReal
    else { throw LoweringFailure.invalid("theta of \(theta.shape) for a size of \(size)") }
    let axes = Array(size[2...])
    let shape = try invocation.boundedShape([size[0]] + axes + [rank])
    if shape.count == 0 { return [try invocation.empty(shape, type: theta.type)] }
    let points = axes.reduce(1, *)
    _ = try invocation.boundedShape([points, rank + 1])
    let alignsCorners = try invocation.flag("align_corners")
    let coordinates = axes.map { count in
      (0..<count).map { index in
        alignsCorners
          ? (count == 1 ? 0 : Float(-1 + 2 * Double(index) / Double(count - 1)))
          : Float((2 * Double(index) + 1) / Double(count) - 1)
      }
    }
    var weights: [Float] = []
    weights.reserveCapacity(points * (rank + 1))
    for point in 0..<points {
      var rest = point
      // The innermost axis comes first, and so it does among the coordinates of a point.
      for axis in (0..<rank).reversed() {
        weights.append(coordinates[axis][rest % axes[axis]])
        rest /= axes[axis]
      }
      weights.append(1)
    }
    let rows = ResamplingRows(
      starts: [Int](repeating: 0, count: points), offsets: (0...points).map { $0 * (rank + 1) }, weights: weights,
      inputCount: rank + 1)
    let grid = try invocation.emit(
      Resampling(axis: 2, rows: rows), [theta], shape: [size[0], rank, points], type: theta.type)
    return [try invocation.reshaped(invocation.transposed(grid, [0, 2, 1]), to: shape.dimensions)]
  }
}
