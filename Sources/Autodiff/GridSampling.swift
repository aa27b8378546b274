package import Kernels
package import Tensors

/// Images `[batch, channels, axes…]` read at the points of a grid `[batch, new axes…, rank]`: `[batch, channels, new axes…]`.
///
/// A point's coordinates are given innermost axis first, in −1…1 on the image.
package struct GridSampling: Operation {
  package let interpolation: GridInterpolation

  package init(_ interpolation: GridInterpolation) { self.interpolation = interpolation }

  package var name: String { "gridSampling" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (x, grid) = (inputs[0].shape, inputs[1].shape)
    let sizes = sizes(x, grid)
    return Evaluation(
      .from(
        inputs[0], inputs[1], shape: Shape([x[0], x[1]] + grid.dimensions[1..<(grid.rank - 1)])
      ) {
        Kernels.gridSample(sizes, interpolation, input: $0, grid: $1, into: $2)
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (x, grid) = (record.inputs[0], record.inputs[1])
    let sizes = sizes(x.shape, grid.shape)
    var dx = record.wants[0] ? Tensor(shape: x.shape) : nil
    var dgrid = record.wants[1] ? Tensor(shape: grid.shape) : nil
    record.gradient.withUnsafeBuffer { g in
      x.withUnsafeBuffer { x in
        grid.withUnsafeBuffer { grid in
          func run(_ dx: MutableFloats?, _ dgrid: MutableFloats?) {
            Kernels.reverseOfGridSample(
              sizes, interpolation, input: x, grid: grid, gradient: g, input: dx, grid: dgrid)
          }
          switch (dx != nil, dgrid != nil) {
          case (true, true): dx!.withUnsafeMutableBuffer { dx in dgrid!.withUnsafeMutableBuffer { run(dx, $0) } }
          case (true, false): dx!.withUnsafeMutableBuffer { run($0, nil) }
          case (false, true): dgrid!.withUnsafeMutableBuffer { run(nil, $0) }
          case (false, false): break
          }
        }
      }
    }
    return [dx, dgrid]
  }

  private func sizes(_ x: Shape, _ grid: Shape) -> GridSampleShape {
    precondition(
      x.rank >= 3 && grid.rank == x.rank && grid[0] == x[0] && grid[grid.rank - 1] == x.rank - 2
        && x.dimensions[2...].allSatisfy { $0 > 0 }, "gridSampling: \(x) by a grid of \(grid)")
    return GridSampleShape(
      batch: x[0], channels: x[1], axes: Array(x.dimensions[2...]),
      points: grid.dimensions[1..<(grid.rank - 1)].reduce(1, *))
  }
}
