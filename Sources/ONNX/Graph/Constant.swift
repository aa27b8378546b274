package import Tensors

/// A tensor whose elements are known before any image is: a weight, an axis, a shape.
package struct Constant: Sendable {
  package enum Elements: Sendable {
    /// Of a real type.
    case reals(Tensor)
    /// Of a whole or Boolean type, row-major; truth values are 0 and 1.
    case integers([Int])
  }

  package let type: ElementType
  package let shape: Shape
  package let elements: Elements

  /// Real numbers.
  package init(_ tensor: Tensor, type: ElementType = .float) {
    precondition(type.isReal, "Constant: \(type) is not a real type")
    self.type = type
    shape = tensor.shape
    elements = .reals(tensor)
  }

  /// Whole numbers or truth values, row-major.
  package init(_ integers: [Int], shape: Shape, type: ElementType = .int64) {
    precondition(type.isInteger && integers.count == shape.count, "Constant: \(integers.count) of \(type) for \(shape)")
    self.type = type
    self.shape = shape
    elements = .integers(integers)
  }

  /// A vector of whole numbers.
  package init(_ integers: [Int]) { self.init(integers, shape: [integers.count]) }

  /// The elements as 32-bit floats; whole numbers are rounded to the nearest.
  package var tensor: Tensor {
    switch elements {
    case .reals(let tensor): tensor
    case .integers(let integers): Tensor(integers.map { Float($0) }, shape: shape)
    }
  }

  /// The elements as whole numbers; `nil` if they are real.
  package var integers: [Int]? {
    if case .integers(let integers) = elements { integers } else { nil }
  }

  /// The same elements under another shape of as many elements.
  package func reshaped(to shape: Shape) -> Constant {
    switch elements {
    case .reals(let tensor): Constant(tensor.reshaped(to: shape), type: type)
    case .integers(let integers): Constant(integers, shape: shape, type: type)
    }
  }

  /// What `tensor`, computed from constants, holds for a value of `type`: whole numbers again, if that is what they are.
  package init(computed tensor: Tensor, type: ElementType) {
    guard type.isInteger else {
      self.init(tensor, type: type)
      return
    }
    self.init(tensor.scalars.map { Int(exactly: $0.rounded(.towardZero)) ?? 0 }, shape: tensor.shape, type: type)
  }
}
