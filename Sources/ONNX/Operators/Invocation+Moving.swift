import Autodiff
package import Kernels
package import Tensors

// What operators that only move elements share. Whole numbers that are known are moved as they are, by the same tables.

extension Invocation {
  /// `value` under the shape of `dimensions`, which must have as many elements.
  package func reshaped(_ value: Value, to dimensions: [Int]) throws -> Value {
    let shape = try boundedShape(dimensions)
    guard shape.count == value.shape.count else {
      throw LoweringFailure.invalid("\(value.shape) has not the elements of \(shape)")
    }
    if shape == value.shape { return value }
    if let constant = value.constant { return .constant(constant.reshaped(to: shape)) }
    return try emit(Reshape(shape: shape), [value], shape: shape, type: value.type)
  }

  /// What `table` picks from `value`, and `fill` where it picks nothing, under the shape of `dimensions`.
  package func moved(
    _ value: Value, by table: IndexTable, fill: FillValue = .zero, to dimensions: [Int]
  ) throws -> Value {
    let shape = try boundedShape(dimensions)
    if table.isIdentity { return try reshaped(value, to: dimensions) }
    if let integers = value.constant?.integers {
      return .constant(Constant(table.moved(integers, fill: fill.integer), shape: shape, type: value.type))
    }
    return try emit(IndexMap(table, fill: fill.real, shape: shape), [value], shape: shape, type: value.type)
  }

  /// Places picked on each axis: place i of an axis of the result is place `axes[axis][i]` of that axis of `value`; `nil`:
  /// the axis stays; negative: there stands `fill`.
  /// - Parameter dimensions: of the result; by default as the axes have it.
  /// - Throws: if there are too many elements.
  package func picked(
    _ value: Value, axes: [[Int]?], fill: FillValue = .zero, to dimensions: [Int]? = nil
  ) throws -> Value {
    let extents = zip(axes, value.shape.dimensions).map { $0?.count ?? $1 }
    let shape = try boundedShape(dimensions ?? extents)
    if shape.count == 0 { return try empty(shape, type: value.type) }
    return try moved(value, by: IndexTable(axes: axes, of: value.shape), fill: fill, to: shape.dimensions)
  }

  /// Input 0, whose elements are moved: there are not too many of them, nor would there be if no dimension were 0.
  package func data() throws -> Value {
    let value = try input(0)
    _ = try boundedShape(value.shape.dimensions)
    return value
  }

  /// The whole numbers of input 1, which say where elements come from or go to, and their shape.
  package func indices() throws -> (shape: Shape, [Int]) {
    let shape = try constant(1, "the indices").shape
    _ = try boundedShape(shape.dimensions)
    return (shape, try integers(1, "the indices"))
  }

  /// A tensor without elements: nothing of it depends on the image.
  package func empty(_ shape: Shape, type: ElementType) throws -> Value {
    if type.isInteger { return .constant(Constant([], shape: shape, type: type)) }
    guard type.isReal else { throw LoweringFailure.unsupported("a tensor of \(type)") }
    return .constant(Constant(Tensor(shape: shape), type: type))
  }

  /// See `shape(_:)`; nor may there be so many axes that loops over them take long.
  package func boundedShape(_ dimensions: [Int]) throws -> Shape {
    guard dimensions.count <= 64 else { throw LoweringFailure.unsupported("a tensor of \(dimensions.count) axes") }
    return try shape(dimensions)
  }

  /// `index` counted from the front, where negative ones count from the back.
  /// - Throws: if an axis of `count` places has no such one.
  package func place(_ index: Int, of count: Int, axis: Int) throws -> Int {
    guard index >= -count, index < count else {
      throw LoweringFailure.invalid("the index \(index) on axis \(axis), which has \(count) places")
    }
    return index < 0 ? index + count : index
  }
}

/// What stands where no element comes to.
package struct FillValue: Sendable {
  package let real: Float
  package let integer: Int

  package static let zero = FillValue(real: 0, integer: 0)

  package init(real: Float, integer: Int) {
    self.real = real
    self.integer = integer
  }

  /// The only element of `constant`.
  /// - Throws: if it has not one.
  package init(_ constant: Constant, _ role: String) throws {
    guard constant.shape.count == 1 else {
      throw LoweringFailure.invalid("\(role) has shape \(constant.shape), not one element")
    }
    let real = constant.tensor.scalar
    self.init(real: real, integer: constant.integers?[0] ?? Int(exactly: real.rounded(.towardZero)) ?? 0)
  }
}

extension IndexTable {
  /// The table of places picked on each axis of `shape`; see `Invocation.picked`.
  ///
  /// Axes that stay are not part of it: the outer ones are its blocks, the inner ones its runs.
  /// - Precondition: the result has elements, and not more than `ProgramBuilder.maximumElements`.
  package init(axes: [[Int]?], of shape: Shape) {
    let axes = zip(axes, shape.dimensions).map { places, count -> [Int]? in
      guard let places, places.count == count, places.indices.allSatisfy({ places[$0] == $0 }) else { return places }
      return nil
    }
    guard let first = axes.firstIndex(where: { $0 != nil }), let last = axes.lastIndex(where: { $0 != nil }) else {
      self.init(positions: [0], width: shape.count, inputCount: shape.count)
      return
    }
    var positions: [Int32] = [0]
    for axis in first...last {
      let count = Int32(shape[axis])
      let places = axes[axis] ?? Array(0..<shape[axis])
      var next: [Int32] = []
      next.reserveCapacity(positions.count * places.count)
      for position in positions {
        for place in places { next.append(position < 0 || place < 0 ? -1 : position * count + Int32(place)) }
      }
      positions = next
    }
    self.init(
      positions: positions, width: shape.dimensions[(last + 1)...].reduce(1, *),
      inputCount: shape.dimensions[first...].reduce(1, *), blocks: shape.dimensions[..<first].reduce(1, *))
  }

  /// The table of `positions` among the elements of `shape`, one for each group of `width` neighbours of a result whose
  /// outermost axis has `batch` places; stored for one of them if it is the same for each.
  package init(positions: [Int32], width: Int = 1, of shape: Shape, batch: Int) {
    let (whole, part) = (shape.count, batch > 0 ? positions.count / batch : 0)
    let isShared =
      batch > 1 && shape.rank > 0 && shape[0] == batch && positions.count == part * batch && part > 0
      && (whole / batch) % width == 0
    if isShared {
      let offset = whole / batch / width
      let repeats = positions.indices.allSatisfy { index in
        let position = positions[index % part]
        guard position >= 0 else { return positions[index] < 0 }
        return Int(position) < offset && Int(positions[index]) == Int(position) + index / part * offset
      }
      if repeats {
        self.init(positions: Array(positions[..<part]), width: width, inputCount: whole / batch, blocks: batch)
        return
      }
    }
    self.init(positions: positions, width: width, inputCount: whole)
  }
}
