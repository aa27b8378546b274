/// A dense, row-major array of `Float` with value semantics (copy on write).
///
/// Images are `[batch, channel, row, column]` with values in [0, 1].
public struct Tensor: Sendable {
  public let shape: Shape
  private var storage: Storage

  /// A tensor whose elements are written by `body` before anyone reads them; `body` must write all of them.
  public init(uninitialized shape: Shape, _ body: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    self.shape = shape
    storage = Storage(uninitialized: shape.count)
    try body(UnsafeMutableBufferPointer(start: storage.pointer, count: shape.count))
  }

  /// A tensor with every element equal to `value`.
  public init(repeating value: Float = 0, shape: Shape) {
    self.init(uninitialized: shape) { $0.update(repeating: value) }
  }

  /// A tensor of `scalars` in row-major order.
  public init(_ scalars: some Collection<Float>, shape: Shape) {
    precondition(scalars.count == shape.count, "Tensor: \(scalars.count) scalars do not fill \(shape)")
    self.init(uninitialized: shape) { _ = $0.update(fromContentsOf: scalars) }
  }

  /// A tensor of rank 0.
  public init(_ scalar: Float) { self.init(repeating: scalar, shape: []) }

  public var count: Int { shape.count }

  /// The elements in row-major order.
  /// - Complexity: O(count): it copies.
  public var scalars: [Float] { withUnsafeBuffer { Array($0) } }

  /// The only element of a tensor that has one.
  public var scalar: Float {
    precondition(count == 1, "Tensor.scalar: \(shape) has \(count) elements")
    return storage.pointer[0]
  }

  public func withUnsafeBuffer<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: storage.pointer, count: count))
  }

  /// Gives `body` the elements to change, after copying them if another tensor shares them.
  public mutating func withUnsafeMutableBuffer<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = Storage(uninitialized: count)
      copy.pointer.update(from: storage.pointer, count: count)
      storage = copy
    }
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeMutableBufferPointer(start: storage.pointer, count: count))
  }

  public func withSpan<Result>(_ body: (Span<Float>) throws -> Result) rethrows -> Result {
    try withUnsafeBuffer { try body($0.span) }
  }

  public mutating func withMutableSpan<Result>(
    _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    try withUnsafeMutableBuffer {
      var span = $0.mutableSpan
      return try body(&span)
    }
  }

  /// The same elements under another shape; nothing is copied.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.count == count, "Tensor.reshaped: \(self.shape) does not fit \(shape)")
    return Tensor(storage: storage, shape: shape)
  }

  private init(storage: Storage, shape: Shape) {
    self.storage = storage
    self.shape = shape
  }
}

extension Tensor {
  /// Elementwise `transform`.
  public func map(_ transform: (Float) throws -> Float) rethrows -> Tensor {
    try Tensor(uninitialized: shape) { output in
      try withUnsafeBuffer { input in
        for i in 0..<input.count { output[i] = try transform(input[i]) }
      }
    }
  }

  /// Rows `range` of the outermost axis.
  public func rows(_ range: Range<Int>) -> Tensor {
    precondition(
      shape.rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0], "Tensor.rows: \(range) of \(shape)")
    let stride = shape.withoutBatch.count
    return Tensor(uninitialized: shape.withoutBatch.batched(range.count)) { output in
      withUnsafeBuffer { input in
        guard stride * range.count > 0 else { return }
        output.baseAddress!.update(from: input.baseAddress! + range.lowerBound * stride, count: range.count * stride)
      }
    }
  }

  /// The rows of the outermost axis at `indices`, in that order.
  public func rows(at indices: some Collection<Int>) -> Tensor {
    let stride = shape.withoutBatch.count
    return Tensor(uninitialized: shape.withoutBatch.batched(indices.count)) { output in
      withUnsafeBuffer { input in
        for (row, index) in indices.enumerated() where stride > 0 {
          precondition(index >= 0 && index < shape[0], "Tensor.rows: \(index) of \(shape)")
          (output.baseAddress! + row * stride).update(from: input.baseAddress! + index * stride, count: stride)
        }
      }
    }
  }

  /// Tensors of equal shape but for the outermost axis, one after the other.
  public static func concatenated(_ tensors: [Tensor]) -> Tensor {
    precondition(!tensors.isEmpty, "Tensor.concatenated: nothing to join")
    let row = tensors[0].shape.withoutBatch
    precondition(
      tensors.allSatisfy { $0.shape.withoutBatch == row }, "Tensor.concatenated: \(tensors.map(\.shape)) differ")
    return Tensor(uninitialized: row.batched(tensors.reduce(0) { $0 + $1.shape[0] })) { output in
      var offset = 0
      for tensor in tensors {
        tensor.withUnsafeBuffer {
          _ = UnsafeMutableBufferPointer(rebasing: output[offset...]).update(fromContentsOf: $0)
        }
        offset += tensor.count
      }
    }
  }

  /// Index of the largest element of each row of a `[rows, columns]` tensor; the first of equals.
  public func argmaxOfRows() -> [Int] {
    precondition(shape.rank == 2 && shape[1] > 0, "Tensor.argmaxOfRows: \(shape) is not [rows, columns]")
    let columns = shape[1]
    return withUnsafeBuffer { input in
      (0..<shape[0]).map { row in
        var best = 0
        for column in 1..<max(columns, 1) where input[row * columns + column] > input[row * columns + best] {
          best = column
        }
        return best
      }
    }
  }
}

extension Tensor {
  /// For each row of the outermost axis, whether none of its elements is NaN or infinite.
  package func rowsAreFinite() -> [Bool] {
    let stride = shape.withoutBatch.count
    return withUnsafeBuffer { input in
      (0..<shape[0]).map { row in input[row * stride..<(row + 1) * stride].allSatisfy(\.isFinite) }
    }
  }
}

extension Tensor: Equatable {
  /// Equal shapes and elements (NaN differs from itself).
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && a.withUnsafeBuffer { x in b.withUnsafeBuffer { y in x.elementsEqual(y) } }
  }
}

extension Tensor {
  /// Adds `other`, of the same shape, in place.
  public mutating func add(_ other: Tensor, scaledBy scale: Float = 1) {
    precondition(shape == other.shape, "Tensor.add: \(shape) and \(other.shape)")
    withUnsafeMutableBuffer { output in
      other.withUnsafeBuffer { input in
        for i in 0..<input.count { output[i] += scale * input[i] }
      }
    }
  }
}
