import Diagnostics
import Files
package import Foundation

/// An array in a file whose header was read and whose elements were not.
///
/// They are handed over piece by piece, so that what is made of them is all that takes memory, and in the order in which
/// `NumericArray` has them within each number: little-endian. `shape` and `element` can be judged before any is read.
public struct ArrayFile: Sendable {
  /// What errors call it.
  public let name: String
  public let element: NumericArray.Element
  public let shape: [Int]
  /// Whether the elements come with the first index counting neighbours, as in Fortran.
  public let isFortranOrder: Bool
  private let header: NPYHeader
  private let feed: @Sendable (_ body: (UnsafeRawBufferPointer) throws -> Bool) throws -> Void

  /// - Parameters:
  ///   - packed: how many bytes the elements take in the file, compressed or not.
  ///   - feed: hands over the bytes of the whole `.npy` file, until its body returns false.
  /// - Throws: `InputError(.file)` if the array is larger than is read, or expands further than `Expansion` allows.
  init(
    _ header: NPYHeader, name: String, packed: Int,
    feed: @escaping @Sendable (_ body: (UnsafeRawBufferPointer) throws -> Bool) throws -> Void
  ) throws {
    self.name = name
    self.header = header
    self.feed = feed
    (element, shape, isFortranOrder) = (header.element, header.shape, header.isFortranOrder)
    guard header.fileSize <= NPY.limit else {
      throw InputError(
        .file, name, "claims an array of \(shape), more than the \(NPY.limit) bytes that are read",
        remedy: "save fewer elements")
    }
    guard header.fileSize <= Expansion.limit(ofPacked: packed) else {
      throw InputError(
        .file, name,
        "claims an array of \(shape), \(header.fileSize) bytes, made of \(packed): \(header.fileSize / max(1, packed)) times as "
          + "many, and \(Expansion.ratio) are believed",
        remedy: "save it without compression, if it is what it should be")
    }
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Hands over all elements in their order in the file, a whole number of them at a time.
  /// - Throws: `InputError(.file)` if there are fewer or more than the header says, or they are damaged.
  public func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    // A multiple of every element's size.
    let capacity = 1 << 16
    var piece = [UInt8](repeating: 0, count: capacity)
    var (held, total) = (0, 0)
    func hand() throws {
      if header.isBigEndian { Self.reverse(&piece, held, size: element.size) }
      try piece.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<held])) }
      held = 0
    }
    try feed { bytes in
      var rest = bytes.dropFirst(max(0, header.size - total))
      total += bytes.count
      guard total <= header.fileSize else { return false }
      while !rest.isEmpty {
        let wanted = min(rest.count, capacity - held)
        piece.withUnsafeMutableBytes {
          UnsafeMutableRawBufferPointer(rebasing: $0[held..<held + wanted])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest.prefix(wanted)))
        }
        rest = rest.dropFirst(wanted)
        held += wanted
        if held == capacity { try hand() }
      }
      return true
    }
    guard total == header.fileSize else {
      throw InputError(
        .file, name,
        "its header announces \(element.name) of shape \(shape): \(header.fileSize) bytes; "
          + "it holds \(total > header.fileSize ? "more" : "\(total)")",
        remedy: "save it again with numpy.save: it was cut off, or something was appended")
    }
    if held > 0 { try hand() }
  }

  /// All of it in memory, row by row.
  /// - Throws: `InputError(.file)` as `forEachPiece`.
  public func array() throws -> NumericArray {
    var bytes = Data(capacity: header.fileSize - header.size)
    try forEachPiece { bytes.append(contentsOf: $0) }
    if isFortranOrder { bytes = Self.rowMajor(bytes, shape: shape, size: element.size) }
    return NumericArray(element, shape: shape, bytes: bytes)
  }

  /// `bytes`, elements of `size` bytes with the first index counting neighbours, with the last index doing so.
  package static func rowMajor(_ bytes: Data, shape: [Int], size: Int) -> Data {
    guard shape.count > 1, !bytes.isEmpty else { return bytes }
    var strides = [Int](repeating: size, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var output = Data(count: bytes.count)
    output.withUnsafeMutableBytes { (output: UnsafeMutableRawBufferPointer) in
      bytes.withUnsafeBytes { (input: UnsafeRawBufferPointer) in
        var place = [Int](repeating: 0, count: shape.count)
        var source = 0
        for target in Swift.stride(from: 0, to: output.count, by: size) {
          for byte in 0..<size { output[target + byte] = input[source + byte] }
          // Counts up like the wheels of an odometer, the last one fastest.
          for axis in shape.indices.reversed() {
            place[axis] += 1
            source += strides[axis]
            if place[axis] < shape[axis] { break }
            source -= strides[axis] * shape[axis]
            place[axis] = 0
          }
        }
      }
    }
    return output
  }

  /// Turns round the bytes of each element among the first `count`.
  private static func reverse(_ bytes: inout [UInt8], _ count: Int, size: Int) {
    for start in stride(from: 0, to: count, by: size) {
      for offset in 0..<size / 2 { bytes.swapAt(start + offset, start + size - 1 - offset) }
    }
  }
}
