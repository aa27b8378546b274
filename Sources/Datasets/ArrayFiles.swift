import Arrays
import Diagnostics
import Files
import Foundation

/// Where images of one's own and their labels are: two arrays in one `.npz` file, or two `.npy` files side by side.
///
/// An `.npz` file holds them as `images` and `labels`, `x_test` and `y_test` (Keras), `test_images` and `test_labels`
/// (MedMNIST), `x` and `y`, `image` and `label`, or `data` and `labels` or `target`, in upper or lower case; for the training
/// split, as `x_train` and `y_train` or `train_images` and `train_labels`. Beside `images.npy` lies `labels.npy`: the last
/// “images” of the name becomes “labels”. Which of the two a file is, its first bytes say.
struct ArrayFiles {
  let images: ArrayFile
  let labels: ArrayFile

  /// - Throws: `InputError` if they are not there, or not as the headers of such files are.
  init(_ path: String, _ split: Dataset.Split) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw InputError(
        .dataset, path, "is a folder, not a file of images",
        remedy:
          "name a file in it; or name the data set whose files it holds by \(Setting.dataset.set(to: "NAME")), and the "
          + "folder by \(Setting.data.set(to: path))")
    }
    let start = try FileReader.read(path, atMost: 6, kind: .dataset).data
    if start.starts(with: Data("PK".utf8)) {
      (images, labels) = try Self.fromNPZ(path, split)
    } else if start == Data([0x93] + "NUMPY".utf8) {
      (images, labels) = try Self.fromNPY(path)
    } else {
      throw ForeignImages.refusal(path)
    }
  }

  // MARK: - .npz

  private static func pairs(_ split: Dataset.Split) -> [(images: String, labels: String)] {
    switch split {
    case .train: [("x_train", "y_train"), ("train_images", "train_labels")]
    case .test:
      [
        ("images", "labels"), ("x_test", "y_test"), ("test_images", "test_labels"), ("x", "y"), ("image", "label"),
        ("data", "labels"), ("data", "targets"), ("data", "target"),
      ]
    }
  }

  private static func fromNPZ(
    _ path: String, _ split: Dataset.Split
  ) throws -> (images: ArrayFile, labels: ArrayFile) {
    let file = try NPZ(contentsOf: path)
    for pair in pairs(split) {
      guard let images = name(pair.images, in: file), let labels = name(pair.labels, in: file) else { continue }
      return (try file.file(images)!, try file.file(labels)!)
    }
    throw unnamed(file, path, split)
  }

  /// The array called `wanted`, or so but for the case of letters.
  private static func name(_ wanted: String, in file: NPZ) -> String? {
    file.names.first { $0 == wanted } ?? file.names.first { $0.lowercased() == wanted }
  }

  /// What to do about an archive that has no arrays under the names of a split.
  private static func unnamed(_ file: NPZ, _ path: String, _ split: Dataset.Split) -> InputError {
    let names = file.names
    guard !names.isEmpty else {
      return InputError(
        .dataset, path, "is an .npz file without any array",
        remedy: "save images and labels: \(save("x", "y")), x and y being these")
    }
    guard file.holdsArrays else { return ForeignImages.refusal(path) }
    let listed = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
    for other in Dataset.Split.allCases where other != split {
      if let pair = pairs(other).first(where: { name($0.images, in: file) != nil && name($0.labels, in: file) != nil })
      {
        let wanted = pairs(split)[0]
        return InputError(
          .dataset, path,
          "holds \(listed): images for the split \(other.rawValue), and no \(split.rawValue) images with labels",
          remedy:
            "give \(Setting.split.set(to: other.rawValue)), or save \(split.rawValue) images as \(wanted.images) and \(wanted.labels) "
            + "beside \(pair.images)")
      }
    }
    let wanted = pairs(split).map { "\($0.images) and \($0.labels)" }.joined(separator: ", or ")
    let problem = "holds \(listed), and no \(split.rawValue) images with labels"
    if let (images, labels) = guess(file) {
      let chosen = pairs(split)[0]
      return InputError(
        .dataset, path, problem,
        remedy: "if “\(images)” are the images and “\(labels)” their labels, name them so: "
          + "`f = numpy.load(\(quoted(path))); numpy.savez(\(quoted("named.npz")), \(chosen.images)=f[\(quoted(images))], "
          + "\(chosen.labels)=f[\(quoted(labels))])`; names that are known: \(wanted)")
    }
    return InputError(.dataset, path, problem, remedy: "name them \(wanted)")
  }

  /// The only array that may be images, with the only one that may be labels of as many.
  private static func guess(_ file: NPZ) -> (images: String, labels: String)? {
    let shapes = file.names.prefix(100).compactMap { name in (try? file.file(name)).map { (name, $0.shape) } }
    let images = shapes.filter { (3...4).contains($0.1.count) }
    guard images.count == 1 else { return nil }
    let labels = shapes.filter { (1...2).contains($0.1.count) && $0.1[0] == images[0].1[0] }
    return labels.count == 1 ? (images[0].0, labels[0].0) : nil
  }

  // MARK: - .npy

  /// Where the labels of the images at `path` lie; `nil` if it is not called as a file of images is.
  static func labelsPath(beside path: String) -> String? {
    let name = PathParts.name(path)
    guard let range = name.range(of: "images", options: [.backwards, .caseInsensitive]) else { return nil }
    let isCapital = name[range].first == "I"
    return PathParts.join(
      PathParts.folder(path), name.replacingCharacters(in: range, with: isCapital ? "Labels" : "labels"))
  }

  private static func fromNPY(_ path: String) throws -> (images: ArrayFile, labels: ArrayFile) {
    guard let labels = labelsPath(beside: path) else {
      throw InputError(
        .dataset, path, "is one array, and not called as a file of images with labels beside it is",
        remedy: "call them images.npy and labels.npy, or put both into one file: "
          + save("numpy.load(\(quoted(path)))", "y") + ", y being the labels")
    }
    guard FileManager.default.fileExists(atPath: labels) else {
      throw InputError(.dataset, path, "has no labels beside it", remedy: "put them into \(labels)")
    }
    return (try NPY.open(path), try NPY.open(labels))
  }

  // MARK: - Python

  /// The call that saves images and labels.
  static func save(_ images: String, _ labels: String) -> String {
    "`numpy.savez(\"data.npz\", images=\(images), labels=\(labels))`"
  }

  /// `text` as Python writes it.
  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }
}
