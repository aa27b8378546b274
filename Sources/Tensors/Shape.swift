/// The extent of a tensor along each axis, outermost first.
public struct Shape: Hashable, Sendable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public let dimensions: [Int]

  /// - Precondition: no dimension is negative and the product fits in an `Int`.
  public init(_ dimensions: [Int]) {
    var count = 1
    for dimension in dimensions {
      precondition(dimension >= 0, "Shape: negative dimension in \(dimensions)")
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      precondition(!overflow, "Shape: the element count of \(dimensions) overflows")
      count = product
    }
    self.dimensions = dimensions
    self.count = count
  }

  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The number of elements.
  public let count: Int

  public var rank: Int { dimensions.count }

  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// The shape without its outermost (batch) axis.
  public var withoutBatch: Shape { Shape(Array(dimensions.dropFirst())) }

  /// This shape with `count` as a new outermost axis.
  public func batched(_ count: Int) -> Shape { Shape([count] + dimensions) }

  public var description: String { dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "×") }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let dimensions = try container.decode([Int].self)
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(dimensions) is not a shape")
      }
      count = product
    }
    self.init(dimensions)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(dimensions)
  }
}
