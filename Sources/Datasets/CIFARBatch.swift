import Diagnostics
import Files
public import Foundation

/// Reads and writes the binary batches of CIFAR-10 (Krizhevsky 2009): records without a header.
///
/// A record is one byte of label and the 32×32 bytes of the red, the green and the blue plane: 3,073 bytes. As nothing in a
/// file says how many records it has, the reader is told. Files may be plain, gzip or Zstandard.
public enum CIFARBatch {
  /// Bytes of one image, `[3, 32, 32]`.
  public static let imageSize = 3 * 32 * 32
  static let classCount = 10

  /// The records of a file.
  public struct Contents: Sendable {
    public let labels: [Int]
    /// Images one after the other, `[image, channel, row, column]`.
    public let pixels: Data
    /// The decompressed file.
    let file: Data
  }

  /// The `count` records of the file at `path`; the official files have 10,000 each.
  /// - Throws: `InputError(.dataset)` if it has fewer or more, or a label is above 9; `InputError(.file)` if it can't be read
  ///   or decompressed.
  public static func read(_ path: String, count: Int = 10_000) throws -> Contents {
    let record = 1 + imageSize
    let (file, hasMore) = try FileReader.read(path, atMost: count * record)
    guard file.count == count * record, !hasMore else {
      throw InputError(
        .dataset, path,
        "holds \(hasMore ? "more than \(count * record)" : "\(file.count)") bytes, and \(count) records of \(record) "
          + "bytes are \(count * record)", remedy: "get the file again: the binary version of CIFAR-10")
    }
    var labels: [Int] = []
    var pixels = Data(capacity: count * imageSize)
    for index in 0..<count {
      let start = file.startIndex + index * record
      labels.append(Int(file[start]))
      guard labels[index] < classCount else {
        throw InputError(
          .dataset, path, "label \(index) is \(labels[index]), and the classes are 0 to \(classCount - 1)",
          remedy: "get the file again: the binary version of CIFAR-10, not of CIFAR-100")
      }
      pixels.append(file[(start + 1)..<(start + record)])
    }
    return Contents(labels: labels, pixels: pixels, file: file)
  }

  /// The file that holds `labels` and `pixels`, `[image, channel, row, column]`.
  /// - Precondition: an image of 3×32×32 bytes for every label; labels 0 to 9.
  public static func encoded(labels: [Int], pixels: Data) -> Data {
    precondition(
      pixels.count == labels.count * imageSize && labels.allSatisfy((0..<classCount).contains),
      "CIFARBatch: \(pixels.count) bytes for \(labels.count) labels, or a label that is not in 0..<\(classCount)")
    var file = Data(capacity: labels.count * (1 + imageSize))
    for (index, label) in labels.enumerated() {
      let start = pixels.startIndex + index * imageSize
      file.append(UInt8(label))
      file.append(pixels[start..<(start + imageSize)])
    }
    return file
  }
}
