package import Tensors

/// What flows along an edge of the graph while it is lowered for one batch size.
package enum Value: Sendable {
  /// It does not depend on the image.
  case constant(Constant)
  /// It depends on the image: only its shape and type are known.
  case computed(Computed)

  package var shape: Shape {
    switch self {
    case .constant(let constant): constant.shape
    case .computed(let computed): computed.shape
    }
  }

  package var type: ElementType {
    switch self {
    case .constant(let constant): constant.type
    case .computed(let computed): computed.type
    }
  }

  package var constant: Constant? {
    if case .constant(let constant) = self { constant } else { nil }
  }
}

/// A tensor that a program computes from the image. At run time its elements are 32-bit floats whatever its type: truth
/// values are 0 and 1.
package struct Computed: Sendable {
  /// Where the program keeps it.
  package let slot: Int
  package let shape: Shape
  package let type: ElementType
}
