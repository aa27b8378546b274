import Diagnostics
import Files
public import Foundation

/// Reads the binary batches of CIFAR-10 and CIFAR-100 (Krizhevsky 2009), and writes those of CIFAR-10: records without a header.
///
/// A record is one byte of label and the 32×32 bytes of the red, the green and the blue plane: 3,073 bytes. In CIFAR-100, a
/// byte that numbers one of 20 superclasses comes before the label. As nothing in a file says how many records it has, the
/// reader is told. Files may be plain, gzip or Zstandard.
public enum CIFARBatch {
  /// Bytes of one image, `[3, 32, 32]`.
  public static let imageSize = 3 * 32 * 32
  static let classCount = 10

  /// What tells the two apart.
  enum Version: String {
    case ten = "CIFAR-10"
    case hundred = "CIFAR-100"

    /// Bytes before the pixels, of which the last is the label.
    var labelSize: Int { self == .ten ? 1 : 2 }
    var classCount: Int { self == .ten ? 10 : 100 }
    var other: Version { self == .ten ? .hundred : .ten }
  }

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
    try read(path, .ten, count: count)
  }

  /// The `count` records of the file at `path`, of either data set; of CIFAR-100, the labels are those of the 100 classes.
  static func read(_ path: String, _ version: Version, count: Int) throws -> Contents {
    let record = version.labelSize + imageSize
    let (file, hasMore) = try FileReader.read(path, atMost: count * record)
    guard file.count == count * record, !hasMore else {
      throw InputError(
        .dataset, path,
        "holds \(hasMore ? "more than \(count * record)" : "\(file.count)") bytes, and \(count) records of \(record) "
          + "bytes are \(count * record)", remedy: "get the file again: the binary version of \(version.rawValue)")
    }
    var labels: [Int] = []
    var pixels = Data(capacity: count * imageSize)
    for index in 0..<count {
      let start = file.startIndex + index * record
      let image = start + version.labelSize
      labels.append(Int(file[image - 1]))
      guard labels[index] < version.classCount else {
        throw InputError(
          .dataset, path, "label \(index) is \(labels[index]), and the classes are 0 to \(version.classCount - 1)",
          remedy: "get the file again: the binary version of \(version.rawValue), not of \(version.other.rawValue)")
      }
      pixels.append(file[image..<(start + record)])
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
