import Kernels
import Tensors

extension Tensor {
  /// A tensor of `shape` that a kernel writes from the elements of `a`.
  static func from(_ a: Tensor, shape: Shape, _ body: (Floats, MutableFloats) -> Void) -> Tensor {
    Tensor(uninitialized: shape) { output in a.withUnsafeBuffer { body($0, output) } }
  }

  /// A tensor of `shape` that a kernel writes from the elements of `a` and `b`.
  static func from(
    _ a: Tensor, _ b: Tensor, shape: Shape, _ body: (Floats, Floats, MutableFloats) -> Void
  ) -> Tensor {
    Tensor(uninitialized: shape) { output in
      a.withUnsafeBuffer { a in b.withUnsafeBuffer { b in body(a, b, output) } }
    }
  }

  /// A tensor of `shape` that a kernel writes from the elements of `a`, `b` and `c`.
  static func from(
    _ a: Tensor, _ b: Tensor, _ c: Tensor, shape: Shape, _ body: (Floats, Floats, Floats, MutableFloats) -> Void
  ) -> Tensor {
    Tensor(uninitialized: shape) { output in
      a.withUnsafeBuffer { a in b.withUnsafeBuffer { b in c.withUnsafeBuffer { c in body(a, b, c, output) } } }
    }
  }

  /// `scale x + shift`, elementwise.
  func affine(scale: Float, shift: Float = 0) -> Tensor {
    .from(self, shape: shape) { Kernels.affine($0, scale: scale, shift: shift, into: $1) }
  }

  /// `function(x, y)`, elementwise.
  func combined(_ function: BinaryFunction, with other: Tensor) -> Tensor {
    .from(self, other, shape: shape) { Kernels.apply(function, $0, $1, into: $2) }
  }
}

extension Shape {
  /// The shape as `[outer, count, inner]` round `axis`.
  func split(at axis: Int) -> (outer: Int, count: Int, inner: Int) {
    (dimensions[..<axis].reduce(1, *), dimensions[axis], dimensions[(axis + 1)...].reduce(1, *))
  }

  /// Traps unless this is the shape `[rows, columns]`.
  func requireMatrix(_ name: String) -> (rows: Int, columns: Int) {
    precondition(rank == 2, "\(name): \(self) is not [rows, columns]")
    return (self[0], self[1])
  }
}
