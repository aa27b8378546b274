public import Diagnostics
public import Files
public import Foundation
public import Tensors

/// Finds and loads data sets by name.
///
/// Looked into, in this order: the folder of `--data`, the folders of `$ROBUST_DATA` (separated by colons), and
/// `/usr/share/datasets`, where Debian's `dataset-fashion-mnist` installs. In each folder DIR, data set NAME is
/// `DIR/NAME/` or `DIR/NAME/raw/`, or DIR itself. MNIST and Fashion-MNIST share their file names, so DIR itself counts
/// only if it is called NAME (or `NAME/raw`), or if the user gave DIR by `--data` and asks for NAME; the file names of
/// smallNORB, NORB and CIFAR-10 are their own, so that giving DIR by `--data` is enough. ToyNORB is looked for in the cache as
/// well, and rendered into it if it is nowhere and the catalogue was given its provider.
public struct DatasetCatalog: Sendable {
  /// The data set that ships with the program.
  public static let defaultName = KnownDataset.shippedSubset.name
  /// Every name that can be asked for.
  public static let names = KnownDataset.all.map(\.name)

  private let data: String?
  private let roots: [String]
  private let resources: ResourceLocator
  /// What makes data sets that are nowhere.
  package let providers: [any DatasetProvider]
  /// Where what was rendered is kept.
  private let cache: String
  /// Told how far the rendering of a split is.
  private let rendering: @Sendable (Dataset.Split, Double) throws -> Void
  /// Told how far the reading of pictures is.
  private let reading: @Sendable (Double) throws -> Void

  /// - Parameters:
  ///   - data: the folder given by `--data`.
  ///   - system: where data sets are installed for all users.
  ///   - providers: what makes data sets that are nowhere, each for one.
  ///   - rendering: told, while a data set is rendered on demand, which split and the share of it that is done; what it
  ///     throws ends the work.
  ///   - reading: told, while pictures are read, the share that is; what it throws ends the work.
  public init(
    data: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment,
    system: [String] = ["/usr/share/datasets"], resources: ResourceLocator = ResourceLocator(),
    providers: [any DatasetProvider] = [],
    rendering: @escaping @Sendable (Dataset.Split, Double) throws -> Void = { _, _ in },
    reading: @escaping @Sendable (Double) throws -> Void = { _ in }
  ) {
    self.data = data
    self.providers = providers
    self.rendering = rendering
    self.reading = reading
    cache = CacheFolder.path(environment: environment)
    self.resources = resources
    let listed = (environment["ROBUST_DATA"] ?? "").split(separator: ":").map(String.init)
    roots = (data.map { [$0] } ?? []) + listed + system
  }

  /// The data set called `name`, or the images that `name` is the path of: an `.npy` or `.npz` file, a folder of class folders
  /// with PNG or JPEG files, or a table of such files and their labels.
  ///
  /// - Parameters:
  ///   - classCount: how many classes a file has, which does not say so itself: by default the largest label + 1.
  ///   - fit: what makes pictures of several sizes images of one; without it, they are refused.
  /// - Throws: `InputError(.dataset)` if the name is unknown, the data set is not found or its contents are impossible.
  public func load(
    _ name: String = Self.defaultName, split: Dataset.Split = .test, classCount: Int? = nil, fit: ImageFit? = nil
  ) throws -> Dataset {
    if Self.isFile(name) {
      return PictureFiles.suits(name)
        ? try PictureDataset(name, split: split).load(classCount: classCount, fit: fit, progress: reading)
        : try ArrayDataset.load(name, split: split, classCount: classCount)
    }
    let name = try Self.vocabulary.name(for: name, .dataset, "\(Setting.dataset)")
    let known = KnownDataset.all.first { $0.name == name }!
    guard known.splits.contains(split) else {
      throw InputError(
        .dataset, .dataset, "\(name) has no \(split.rawValue) split",
        remedy: "its splits: \(known.splits.map(\.rawValue).joined(separator: ", "))")
    }
    var located = try locate(known, split, isAskedFor: true)
    let original = known.reduction?.original ?? known.name
    if located == nil, let provider = providers.first(where: { $0.name == original }) {
      let folder = cache + "/" + known.folders[0]
      let threads = ProcessInfo.processInfo.activeProcessorCount
      try provider.write(split, to: folder, threads: threads, progress: rendering)
      located = try known.files(split, in: folder)
    }
    guard let files = located else {
      throw InputError(
        .dataset, Setting.dataset.set(to: name),
        "its \(split.rawValue) images are in none of \(roots.joined(separator: ", "))",
        remedy: known.remedy)
    }
    return try known.load(files, split)
  }

  /// The names of the classes of the data set called `name`, if the catalogue knows it.
  public static func classNames(of name: String) -> [String]? {
    KnownDataset.all.first { $0.name == name }?.classNames
  }

  /// Whether `name` is the path of pictures of several sizes, so that they need a `fit`; only their headers are read.
  /// - Throws: `InputError` if one is no sound picture.
  public func mixesSizes(_ name: String, split: Dataset.Split = .test) throws -> Bool {
    guard Self.isFile(name), PictureFiles.suits(name) else { return false }
    return try PictureDataset(name, split: split).mixesSizes
  }

  /// Whether `name` names a file or folder of one's own, and not a data set that the catalogue knows: what is known by name
  /// stays so wherever one works.
  public static func isFile(_ name: String) -> Bool { !names.contains(name) && ArrayDataset.isPath(name) }

  /// The hash by which runs of earlier versions knew the images in the file at `path`; `nil` if it can't be read.
  package static func formerHash(ofFile path: String) -> String? { ArrayDataset.formerHash(path) }

  /// Whether the files of the data set called `name` are found.
  /// - Throws: `InputError(.dataset)` if some of them are there and others are missing.
  public func contains(_ name: String, _ split: Dataset.Split) throws -> Bool {
    let name = Self.vocabulary.name(for: name)
    guard let known = KnownDataset.all.first(where: { $0.name == name }), known.splits.contains(split) else {
      return false
    }
    return try locate(known, split, isAskedFor: true) != nil
  }

  private func locate(_ known: KnownDataset, _ split: Dataset.Split, isAskedFor: Bool) throws -> (any SplitFiles)? {
    guard !known.isShipped else {
      return IDXFiles(shipped: known.name, in: try resources.folder(of: "Datasets"))
    }
    for root in roots + [cache] {
      let isPaired = root == data && (isAskedFor || !known.hasCommonFileNames)
      let places = known.folders.flatMap { folder in ["\(root)/\(folder)", "\(root)/\(folder)/raw"] }
      for place in places + (isPaired || Self.isNamed(root, known) ? [root] : []) {
        if let files = try known.files(split, in: place) { return files }
      }
    }
    return nil
  }

  /// Whether the folder is called by a name of the data set, or is a `raw` folder inside one that is.
  private static func isNamed(_ folder: String, _ known: KnownDataset) -> Bool {
    var parts = URL(fileURLWithPath: folder).standardizedFileURL.pathComponents
    if parts.last == "raw" { parts.removeLast() }
    return parts.last.map { last in known.folders.contains { $0.lowercased() == last.lowercased() } } ?? false
  }
}

extension DatasetCatalog {
  /// A row of `robust data`.
  public struct Entry: Sendable {
    public let name: String
    public let split: Dataset.Split
    /// The images file; `nil` if none was found.
    public let path: String?
    public let contents: Result<Contents, InputError>
  }

  /// What a readable data set holds.
  public struct Contents: Sendable, Equatable {
    public let count: Int
    public let shape: Shape
    public let sha256: String
  }

  /// Every known data set and split: what it holds, or the reason why it can't be read.
  ///
  /// A folder given by `--data` whose files could be either data set is listed as such, under the name `?`.
  /// - Complexity: reads and hashes every file found.
  public func list() -> [Entry] {
    var entries: [Entry] = []
    for known in KnownDataset.all {
      for split in known.splits {
        // What is known of the original need not be read again.
        let original = known.reduction.flatMap { reduction in
          entries.first { $0.name == reduction.original && $0.split == split }
        }
        entries.append(original.map { reduced($0, known) } ?? entry(known, split))
      }
    }
    return entries + ambiguousEntries()
  }

  /// The entry of `known`, whose original has the entry `original`.
  private func reduced(_ original: Entry, _ known: KnownDataset) -> Entry {
    let factor = known.reduction!.factor
    return Entry(
      name: known.name, split: original.split, path: original.path,
      contents: original.contents.map { whole in
        Contents(
          count: whole.count, shape: [whole.shape[0], whole.shape[1] / factor, whole.shape[2] / factor],
          sha256: whole.sha256)
      })
  }

  private func entry(_ known: KnownDataset, _ split: Dataset.Split) -> Entry {
    var path: String?
    let contents = Result { () throws(InputError) -> Contents in
      do {
        guard let files = try locate(known, split, isAskedFor: false) else {
          throw InputError(
            .dataset, known.name, "not found in \(roots.joined(separator: ", "))", remedy: known.remedy)
        }
        path = files.images
        let dataset = try files.load(known, split)
        return Contents(count: dataset.count, shape: dataset.shape, sha256: dataset.sha256)
      } catch let error as InputError {
        throw error
      } catch {
        throw InputError(.dataset, known.name, "can't be read: \(error)", remedy: known.remedy)
      }
    }
    return Entry(name: known.name, split: split, path: path, contents: contents)
  }

  private func ambiguousEntries() -> [Entry] {
    guard let data, !KnownDataset.all.contains(where: { Self.isNamed(data, $0) }) else { return [] }
    return Dataset.Split.allCases.compactMap { split in
      guard let files = try? IDXFiles(split, in: data) else { return nil }
      let names = KnownDataset.all.filter { $0.sharesFileNames }.map(\.name)
      return Entry(
        name: "?", split: split, path: files.images,
        contents: .failure(
          InputError(
            .dataset, data, "its files could be those of \(names.joined(separator: " or "))",
            remedy: "say which by \(Setting.dataset.set(to: "NAME")), or put them into a folder called so")))
    }
  }
}
