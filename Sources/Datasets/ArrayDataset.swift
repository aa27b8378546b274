import Arrays
import Files
import Foundation
import Tensors

/// Labelled images of one's own, in NumPy's formats.
///
/// An `.npz` file holds images and labels as `images` and `labels`, `x_test` and `y_test` (Keras), `test_images` and
/// `test_labels` (MedMNIST) or `x` and `y`; for the training split, `x_train` and so on. Beside `images.npy` lies
/// `labels.npy`: the last “images” of the name becomes “labels”.
///
/// Images are `[count, rows, columns]`, `[count, channels, rows, columns]` with 1 to 4 channels, or
/// `[count, rows, columns, channels]` with 1 or 3; bytes, or floating point numbers k/255. Labels are integers, `[count]` or
/// `[count, 1]`.
enum ArrayDataset {
  /// More classes than this are taken for a mistake.
  static let maximumClassCount = 10_000

  /// Whether `name` is a path rather than a name.
  static func isPath(_ name: String) -> Bool {
    name.contains("/") || [".npz", ".npy", ".npy.gz", ".npy.zst"].contains { name.hasSuffix($0) }
  }

  static func load(_ path: String, split: Dataset.Split, classCount: Int?) throws -> Dataset {
    let (images, labels, sha256) = path.hasSuffix(".npz") ? try fromNPZ(path, split) : try fromNPY(path, split)
    let (shape, bytes) = try pixels(images, path)
    let classes = try labelled(labels, path, count: images.shape[0], classCount: classCount)
    let count = classCount ?? (classes.max() ?? 0) + 1
    return Dataset(
      name: path, split: split, shape: shape, bytes: bytes, labels: classes, classNames: (0..<count).map(String.init),
      sha256: sha256, attribution: "of unknown origin")
  }

  private static func fromNPZ(
    _ path: String, _ split: Dataset.Split
  ) throws -> (images: NumericArray, labels: NumericArray, sha256: String) {
    let file = try NPZ(contentsOf: path)
    let named = split.rawValue
    var pairs = [("x_\(named)", "y_\(named)"), ("\(named)_images", "\(named)_labels")]
    if split == .test { pairs = [("images", "labels")] + pairs + [("x", "y")] }
    for pair in pairs {
      if let images = try file.array(pair.0), let labels = try file.array(pair.1) {
        return (images, labels, try Checksum.sha256(ofFile: path))
      }
    }
    throw InputError(
      .dataset, path, "holds \(file.names.joined(separator: ", ")), and no \(named) images with labels",
      remedy: "name them \(pairs.map { "\($0.0) and \($0.1)" }.joined(separator: ", or "))")
  }

  private static func fromNPY(
    _ path: String, _ split: Dataset.Split
  ) throws -> (images: NumericArray, labels: NumericArray, sha256: String) {
    let folder = PathParts.folder(path)
    let name = PathParts.name(path)
    guard name.contains(".npy"), let range = name.range(of: "images", options: .backwards) else {
      throw InputError(
        .dataset, path, "is not called as a file of images is",
        remedy: "name an .npz file, or images.npy with labels.npy beside it; data sets by name: \(KnownDataset.names)")
    }
    let labels = PathParts.join(folder, name.replacingCharacters(in: range, with: "labels"))
    guard FileManager.default.fileExists(atPath: labels) || !FileManager.default.fileExists(atPath: path) else {
      throw InputError(.dataset, path, "has no labels beside it", remedy: "put them into \(labels)")
    }
    let arrays = (try NPY.read(path), try NPY.read(labels))
    return (
      arrays.0, arrays.1, Checksum.sha256(of: NPY.encoded(arrays.0), NPY.encoded(arrays.1))
    )
  }

  /// The shape `[channels, rows, columns]` of every image, and all of them one after the other.
  private static func pixels(_ images: NumericArray, _ path: String) throws -> (shape: Shape, bytes: Data) {
    func failure(_ problem: String, _ remedy: String) -> InputError {
      InputError(.dataset, path, problem, remedy: remedy)
    }
    let dimensions = images.shape
    guard (3...4).contains(dimensions.count), !dimensions.contains(0) else {
      throw failure(
        "its images have the shape \(dimensions)",
        "save them as [count, rows, columns], [count, channels, rows, columns] or [count, rows, columns, channels]")
    }
    let bytes = try levels(images, path)
    if dimensions.count == 3 { return ([1, dimensions[1], dimensions[2]], bytes) }
    if dimensions[1] <= 4 { return (Shape(Array(dimensions[1...])), bytes) }
    guard dimensions[3] == 1 || dimensions[3] == 3 else {
      throw failure(
        "its images of shape \(dimensions) have their channels neither first (1 to 4) nor last (1 or 3)",
        "save them as [count, channels, rows, columns]")
    }
    let (rows, columns, channels) = (dimensions[1], dimensions[2], dimensions[3])
    let (input, size) = ([UInt8](bytes), rows * columns)
    var planar = [UInt8](repeating: 0, count: input.count)
    for image in 0..<dimensions[0] {
      for pixel in 0..<size {
        for channel in 0..<channels {
          planar[(image * channels + channel) * size + pixel] = input[(image * size + pixel) * channels + channel]
        }
      }
    }
    return ([channels, rows, columns], Data(planar))
  }

  /// The levels of bytes, or of floating point numbers that are levels over 255.
  private static func levels(_ images: NumericArray, _ path: String) throws -> Data {
    if images.element == .uint8 { return images.bytes }
    guard let values = images.doubles else {
      throw InputError(
        .dataset, path, "its images are \(images.element.name)",
        remedy: "save bytes, array.astype(\"uint8\"), or floating point numbers in [0, 1]")
    }
    var levels = Data(capacity: values.count)
    for (index, value) in values.enumerated() {
      let level = (255 * value).rounded()
      guard level >= 0, level <= 255, abs(255 * value - level) < 1e-3 else {
        throw InputError(
          .dataset, path, "element \(index) of its images is \(value), not one of the 256 levels k/255 of a pixel",
          remedy: "save bytes, numpy.rint(255 * x).astype(\"uint8\")")
      }
      levels.append(UInt8(level))
    }
    return levels
  }

  private static func labelled(
    _ labels: NumericArray, _ path: String, count: Int, classCount: Int?
  ) throws -> [Int] {
    guard let values = labels.integers, labels.shape == [count] || labels.shape == [count, 1] else {
      throw InputError(
        .dataset, path,
        "its labels are \(labels.element.name) of shape \(labels.shape), for \(count) images",
        remedy: "save one integer per image")
    }
    let limit = classCount ?? maximumClassCount
    if let wrong = values.firstIndex(where: { !(0..<limit).contains($0) }) {
      throw InputError(
        .dataset, path, "label \(wrong) is \(values[wrong]), and the classes are 0 to \(limit - 1)",
        remedy: "check that these are the labels of these images"
          + (classCount == nil ? "" : ", and that the model is for as many classes"))
    }
    return values
  }
}
