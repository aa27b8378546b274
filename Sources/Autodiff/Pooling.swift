package import Kernels
package import Tensors

/// `function` of the elements under each window of `[batch, channels, …]`, over one to three axes.
package struct Pooling: Operation {
  package let function: PoolingFunction
  package let axes: [WindowAxis]

  package init(_ function: PoolingFunction, axes: [WindowAxis]) {
    self.function = function
    self.axes = axes
  }

  package var name: String {
    switch function {
    case .maximum: "maxPooling"
    case .mean: "meanPooling"
    case .norm(let p): "norm\(p)Pooling"
    }
  }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = inputs[0].shape.windows(axes, name)
    return Evaluation(
      .from(inputs[0], shape: inputs[0].shape.pooled(axes)) {
        Kernels.pool(function, shape, $0, into: $1)
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = record.inputs[0].shape.windows(axes, name)
    return [
      .from(record.inputs[0], record.outputs[0], record.gradient, shape: record.inputs[0].shape) {
        Kernels.reverseOfPool(function, shape, input: $0, output: $1, gradient: $2, into: $3)
      }
    ]
  }
}

/// The place of each window's maximum, the first of equals, in the whole of `[batch, channels, …]`.
package struct PlacesOfMaxima: Operation {
  package let axes: [WindowAxis]
  /// Whether places within a plane are counted with the first axis fastest.
  package let columnMajor: Bool

  package init(axes: [WindowAxis], columnMajor: Bool) {
    self.axes = axes
    self.columnMajor = columnMajor
  }

  package var name: String { "placesOfMaxima" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = inputs[0].shape.windows(axes, name)
    return Evaluation(
      .from(inputs[0], shape: inputs[0].shape.pooled(axes)) {
        Kernels.placesOfMaxima(shape, $0, columnMajor: columnMajor, into: $1)
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] { [nil] }
}

extension Shape {
  fileprivate func windows(_ axes: [WindowAxis], _ name: String) -> PoolingShape {
    precondition(
      rank == axes.count + 2 && Array(dimensions[2...]) == axes.map(\.size),
      "\(name): \(self), not \(axes.map(\.size))")
    return PoolingShape(planes: self[0] * self[1], axes: axes)
  }

  fileprivate func pooled(_ axes: [WindowAxis]) -> Shape {
    Shape([self[0], self[1]] + axes.map(\.outputs))
  }
}

extension Variable {
  /// The largest element of each `size` × `size` window of `[B, C, H, W]`; windows over the border are left out.
  ///
  /// A window's gradient goes to its first maximum.
  public func maxPooling(size: Int, stride: Int) -> Variable {
    precondition(size > 0 && stride > 0, "maxPooling: size \(size), stride \(stride)")
    precondition(
      shape.rank == 4 && shape[2] >= size && shape[3] >= size,
      "maxPooling: windows of \(size)×\(size) over \(shape)")
    let axes = [shape[2], shape[3]].map { WindowAxis(size: $0, kernel: size, stride: stride) }
    return applying(Pooling(.maximum, axes: axes))
  }
}
