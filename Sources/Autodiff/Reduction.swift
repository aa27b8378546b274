package import Kernels
package import Tensors

/// A function of the elements along some axes, which are left out of the result or kept as 1.
package struct Reduction: Operation {
  let function: ReductionFunction
  /// Each once, ascending.
  let axes: [Int]
  let keepsAxes: Bool

  package init(_ function: ReductionFunction, axes: [Int], keepsAxes: Bool) {
    self.function = function
    self.axes = axes
    self.keepsAxes = keepsAxes
  }

  package var name: String { "reduce \(function.rawValue)" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let x = inputs[0]
    precondition(axes.allSatisfy(x.shape.dimensions.indices.contains), "\(name): axes \(axes) of \(x.shape)")
    let layout = ReductionLayout(x.shape, axes)
    return Evaluation(
      .from(layout.arranged(x), shape: resultShape(x.shape)) {
        Kernels.reduce(function, $0, outer: layout.outer, count: layout.count, inner: layout.inner, into: $1)
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let x = record.inputs[0]
    let layout = ReductionLayout(x.shape, axes)
    let arranged = layout.arranged(x)
    let gradient = Tensor.from(arranged, record.outputs[0], record.gradient, shape: arranged.shape) {
      Kernels.reverseOfReduction(
        function, input: $0, output: $1, gradient: $2, outer: layout.outer, count: layout.count, inner: layout.inner,
        into: $3)
    }
    return [layout.restored(gradient).reshaped(to: x.shape)]
  }

  private func resultShape(_ shape: Shape) -> Shape {
    Shape(
      shape.dimensions.enumerated().compactMap { axis, dimension in
        axes.contains(axis) ? keepsAxes ? 1 : nil : dimension
      })
  }
}

/// A tensor as `[outer, count, inner]` where the axes to reduce are the middle one.
struct ReductionLayout {
  let outer: Int
  let count: Int
  let inner: Int
  /// The order of axes that brings those to reduce together; `nil` if they are.
  private let permutation: [Int]?

  init(_ shape: Shape, _ axes: [Int]) {
    let dimensions = shape.dimensions
    let reduced = axes.filter { dimensions[$0] != 1 }
    let kept = dimensions.indices.filter { !axes.contains($0) && dimensions[$0] != 1 }
    count = axes.reduce(1) { $0 * dimensions[$1] }
    guard let first = reduced.first, let last = reduced.last else {
      (outer, inner, permutation) = (shape.count, 1, nil)
      return
    }
    if kept.contains(where: { $0 > first && $0 < last }) {
      let others = dimensions.indices.filter { !axes.contains($0) }
      permutation = others + axes
      outer = others.reduce(1) { $0 * dimensions[$1] }
      inner = 1
    } else {
      permutation = nil
      outer = kept.filter { $0 < first }.reduce(1) { $0 * dimensions[$1] }
      inner = kept.filter { $0 > last }.reduce(1) { $0 * dimensions[$1] }
    }
  }

  /// With the axis `axis` last.
  init(rows shape: Shape, _ axis: Int) {
    count = shape[axis]
    outer = shape.dimensions.enumerated().reduce(1) { $1.offset == axis ? $0 : $0 * $1.element }
    inner = 1
    let isLast = shape.dimensions[(axis + 1)...].allSatisfy { $0 == 1 }
    permutation = isLast ? nil : shape.dimensions.indices.filter { $0 != axis } + [axis]
  }

  func arranged(_ tensor: Tensor) -> Tensor { permutation.map { Permute.transposed(tensor, $0) } ?? tensor }

  /// Undoes `arranged`.
  func restored(_ tensor: Tensor) -> Tensor {
    guard let permutation else { return tensor }
    var inverse = permutation
    for (to, from) in permutation.enumerated() { inverse[from] = to }
    return Permute.transposed(tensor, inverse)
  }
}
