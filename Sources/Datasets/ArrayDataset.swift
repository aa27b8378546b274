import Arrays
import Files
import Foundation
import Tensors

/// Labelled images of one's own, in NumPy's formats: arrays of which `ArrayFiles` says where they are, `ImageLayout` what
/// their shape means, and `PixelLevels` and `ClassLabels` what their numbers mean.
enum ArrayDataset {
  /// More classes than this are taken for a mistake.
  static let maximumClassCount = 10_000

  /// Whether `name` is a path rather than a name.
  static func isPath(_ name: String) -> Bool {
    name.contains("/") || name.contains(".") || FileManager.default.fileExists(atPath: name)
  }

  /// The images in the file at `path`.
  ///
  /// Labels and all shapes are judged before the images are read, and these are turned into bytes as they are read: they are
  /// all that takes memory.
  /// - Throws: `InputError(.dataset)` or `InputError(.file)` that says what the file is instead, and what turns it into one.
  static func load(_ path: String, split: Dataset.Split, classCount: Int?) throws -> Dataset {
    let files = try ArrayFiles(path, split)
    let layout = try ImageLayout(files.images.shape, labels: files.labels.shape, path: path)
    let labels = try ClassLabels(files.labels, path: path).read(count: layout.count, classCount: classCount)
    let bytes = layout.planar(try PixelLevels(files.images, path: path).read())
    let count = classCount ?? (labels.max() ?? 0) + 1
    return Dataset(
      name: PathParts.name(path), split: split, shape: layout.shape, bytes: bytes, labels: labels,
      classNames: (0..<count).map(String.init), sha256: contentHash(layout.shape, labels, bytes),
      attribution: "of unknown origin", source: path)
  }

  /// SHA-256 of what the images are: shape, labels, and pixels as bytes, `[image, channel, row, column]`; not of the file.
  static func contentHash(_ shape: Shape, _ labels: [Int], _ bytes: Data) -> String {
    var checksum = Checksum.Running()
    let size = shape.dimensions.map(String.init).joined(separator: "×")
    checksum.add(Data("robust images 1: \(labels.count) of \(size)\n".utf8))
    labels.map { Int64($0).littleEndian }.withUnsafeBytes { checksum.add($0) }
    checksum.add(bytes)
    return checksum.sha256()
  }

  /// The hash by which versions before content was hashed knew the images in the file at `path`: of its bytes if it is an
  /// `.npz` file, else of its two arrays as NumPy writes them. `nil` if it can't be read.
  static func formerHash(_ path: String) -> String? {
    guard path.hasSuffix(".npz") else {
      guard let labels = ArrayFiles.labelsPath(beside: path), let x = try? NPY.read(path), let y = try? NPY.read(labels)
      else { return nil }
      return Checksum.sha256(of: NPY.encoded(x), NPY.encoded(y))
    }
    return try? Checksum.sha256(ofFile: path)
  }
}
