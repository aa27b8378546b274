import Diagnostics
import Files
import Foundation

/// Files of pictures with their classes, before any of them is opened.
struct PictureFiles {
  /// What pictures are found by: a folder of class folders, or a table beside them.
  let images: [(path: String, label: Int)]
  /// In the order of their numbers; nil if they are called by these.
  let classNames: [String]?
  /// What was left out, and whatever else one should know.
  var notes: [String] = []

  /// Whether `path` is a folder, or a table of files and labels.
  static func suits(_ path: String) -> Bool {
    switch PathKind(at: path, following: true) {
    case .folder: true
    case .file: ImageTable.isTable(path)
    default: false
    }
  }

  /// - Throws: `InputError` that says what `path` holds in place of pictures with classes.
  init(_ path: String, _ split: Dataset.Split) throws {
    guard PathKind(at: path, following: true) == .folder else {
      self = try ImageTable(path).files()
      return
    }
    let folder = try Self.folder(of: split, in: PathParts.withoutSlash(path))
    let table = PathParts.join(folder, ImageTable.name)
    self =
      PathKind(at: table, following: true) == .file ? try ImageTable(table).files() : try ImageFolder(folder).files()
  }

  init(images: [(path: String, label: Int)], classNames: [String]?, notes: [String] = []) {
    (self.images, self.classNames, self.notes) = (images, classNames, notes)
  }

  // MARK: - Splits

  private static func names(_ split: Dataset.Split) -> [String] {
    switch split {
    case .train: ["train", "training"]
    case .test: ["test", "testing", "val", "valid", "validation"]
    }
  }

  /// The folder of `split` if `path` holds one for each, `train` and `test` or `val`; else `path` itself, for `.test`.
  private static func folder(of split: Dataset.Split, in path: String) throws -> String {
    let folders = try ImageFolder.entries(path).filter {
      PathKind(at: PathParts.join(path, $0), following: true) == .folder
    }
    let all = Dataset.Split.allCases.flatMap(names)
    let isDivided = !folders.isEmpty && folders.allSatisfy { all.contains($0.lowercased()) }
    guard isDivided else {
      guard split == .test else {
        throw InputError(
          .dataset, path, "is not divided into train and test: all its images are for tests",
          remedy: "put its class folders into folders train and test, and name the folder that holds these")
      }
      return path
    }
    guard let name = names(split).lazy.compactMap({ name in folders.first { $0.lowercased() == name } }).first else {
      throw InputError(
        .dataset, path, "holds \(folders.joined(separator: ", ")), and no images of the \(split.rawValue) split",
        remedy: "put them into a folder \(split.rawValue) there, or choose another split: "
          + Setting.split.set(to: split == .test ? "train" : "test"))
    }
    return PathParts.join(path, name)
  }

  // MARK: - Class names

  /// What lists the classes in the order in which a model numbers them, a line each.
  static let classList = "classes.txt"

  /// The lines of `classes.txt` in `folder`; nil if there is none.
  static func listedClasses(in folder: String) throws -> [String]? {
    let path = PathParts.join(folder, classList)
    guard PathKind(at: path, following: true) == .file else { return nil }
    var names = try text(path).split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    while names.last?.isEmpty == true { names.removeLast() }
    func failure(_ problem: String) -> InputError {
      InputError(.dataset, path, problem, remedy: "write one name a line, in the order in which the model numbers them")
    }
    guard !names.isEmpty, !names.contains("") else { throw failure("has an empty line, or no names at all") }
    guard names.count <= ArrayDataset.maximumClassCount else { throw failure("lists \(names.count) classes") }
    var seen = Set<String>()
    if let twice = names.first(where: { !seen.insert($0).inserted }) { throw failure("lists “\(twice)” twice") }
    return names
  }

  /// The text in the file at `path`.
  static func text(_ path: String) throws -> String {
    let data = try FileReader.contents(of: path, limit: 1 << 30, kind: .dataset)
    let marked = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
    guard let text = String(validating: marked, as: UTF8.self) else {
      throw InputError(.dataset, path, "is not text in UTF-8", remedy: "save it as UTF-8")
    }
    return text.replacing("\r\n", with: "\n")
  }

  /// By code points, as Python sorts, and so torchvision.
  static func inOrder(_ names: [String]) -> [String] {
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
