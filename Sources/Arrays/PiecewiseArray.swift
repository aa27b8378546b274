package import Foundation

/// An array for files of any size: its elements, little-endian and row by row, come a piece at a time.
package struct PiecewiseArray {
  let element: NumericArray.Element
  let shape: [Int]
  /// Hands over the same pieces whenever it is called.
  let feed: (_ body: (Data) throws -> Void) throws -> Void

  /// - Precondition: `feed` hands over as many bytes as fill `shape`.
  package init(
    _ element: NumericArray.Element, shape: [Int], feed: @escaping (_ body: (Data) throws -> Void) throws -> Void
  ) {
    (self.element, self.shape, self.feed) = (element, shape, feed)
  }

  fileprivate var size: Int { shape.reduce(element.size, *) }
}

extension NPY {
  /// Hands over the bytes of `encoded`.
  package static func encode(_ array: PiecewiseArray, _ body: (Data) throws -> Void) throws {
    try body(NPYHeader.encoded(array.element, shape: array.shape))
    try array.feed(body)
  }
}

extension NPZ {
  /// How many bytes of arrays a file that is written holds at most, with their headers: just below 4 GiB.
  package static let capacity = ZipArchive.limit - (1 << 16)

  /// Hands over the bytes of `encoded`: every array is asked for twice, since its CRC stands before it.
  /// - Precondition: they take at most `capacity`.
  package static func encode(
    _ arrays: [(name: String, array: PiecewiseArray)], _ body: (Data) throws -> Void
  ) throws {
    let files = try arrays.map { name, array in
      var (size, checksum) = (0, UInt32(0))
      try NPY.encode(array) { (size, checksum) = (size + $0.count, ZipArchive.checksum(of: $0, after: checksum)) }
      return ("\(name).npy", size, checksum)
    }
    let (headers, end) = ZipArchive.layout(files)
    for (header, array) in zip(headers, arrays) {
      try body(header)
      try NPY.encode(array.array, body)
    }
    try body(end)
  }
}

extension SafeTensors {
  /// Hands over the bytes of `encoded`.
  package static func encode(
    _ arrays: [(name: String, array: PiecewiseArray)], metadata: [String: String], _ body: (Data) throws -> Void
  ) throws {
    let sorted = arrays.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    try body(
      header(
        sorted.map { ($0.name, $0.array.element.safeTensorsName, $0.array.shape, $0.array.size) }, metadata: metadata))
    for (_, array) in sorted { try array.feed(body) }
  }
}
