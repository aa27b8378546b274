package import Datasets
import Diagnostics
import Files
import Foundation

/// Finds the images that a run attacked again, by their hash.
package struct RecordedImages {
  private let configuration: RunConfiguration
  private let catalog: DatasetCatalog
  private let place: String?

  private var recorded: RunConfiguration.Dataset { configuration.dataset }
  /// What an option calls them.
  private var name: String { PathParts.name(recorded.name) }

  /// - Parameter place: where they are now, if not where they were.
  package init(_ configuration: RunConfiguration, _ catalog: DatasetCatalog, _ place: String?) {
    self.configuration = configuration
    self.catalog = catalog
    self.place = place
  }

  /// - Throws: `InputError` as `Sweep.init(reopening:catalog:places:)`.
  package func load() throws -> Dataset {
    let subject = "the data set \(name)"
    guard let split = Dataset.Split(rawValue: recorded.split) else {
      throw InputError(
        .dataset, subject, "this version of robust knows no split “\(recorded.split)”",
        remedy: "use robust \(configuration.toolVersion), which made the run")
    }
    var images = try whole(split)
    guard try isRecorded(images) else {
      // As many digits as tell them apart.
      let length = max(12, zip(images.sha256, recorded.sha256).prefix { $0 == $1 }.count + 4)
      let found = images.source.map { "those in \($0)" } ?? "those found"
      throw InputError(
        .dataset, subject,
        "the run used images with SHA-256 \(recorded.sha256.prefix(length))…; \(found) have \(images.sha256.prefix(length))…",
        remedy: recorded.path == nil
          ? "give the folder that holds the images of the run by \(Setting.data.set(to: "DIR")); `\(Action.listDatasets)` shows what "
            + "is found"
          : "give the file that holds the images of the run as \(Setting.dataset.set(to: "\(name)=PATH")); the hash is of "
            + "images and labels, not of the file")
    }
    if let viewpoints = recorded.viewpoints { images = try images.subset(viewpoints: viewpoints) }
    if let limit = configuration.limit { images = images.first(max(limit, 0)) }
    var found = RunConfiguration.Dataset(images)
    // What is for people decides nothing, and the hash was compared.
    (found.name, found.source, found.split, found.sha256, found.fit) = (
      recorded.name, recorded.source, recorded.split, recorded.sha256, recorded.fit
    )
    guard found == recorded else {
      throw InputError(
        .dataset, subject,
        "the run attacked \(recorded.count) images of it; this version of robust chooses others, or numbers them differently",
        remedy: "use robust \(configuration.toolVersion), which made the run")
    }
    return images.named(recorded.name)
  }

  /// Whether `images` are those of the run; earlier versions hashed the file of images of one's own.
  private func isRecorded(_ images: Dataset) throws -> Bool {
    images.sha256 == recorded.sha256
      || images.source.map { DatasetCatalog.formerHash(ofFile: $0) == recorded.sha256 } ?? false
  }

  /// All images of the split, from where they are now.
  private func whole(_ split: Dataset.Split) throws -> Dataset {
    let classCount = recorded.classNames.count
    guard let file = recorded.path else { return try known(split) }
    do {
      return try catalog.load(place ?? file, split: split, classCount: classCount, fit: recorded.fit)
    } catch let error as InputError {
      throw InputError(
        .dataset, error.subject, error.problem,
        remedy:
          "if the images of the run have moved, say where they are: \(Setting.dataset.set(to: "\(name)=PATH")); else "
          + error.remedy)
    }
  }

  /// Those of a data set that is known by name, maybe in another folder than is looked into.
  private func known(_ split: Dataset.Split) throws -> Dataset {
    guard let place, place != recorded.name else {
      return try catalog.load(recorded.name, split: split, classCount: recorded.classNames.count)
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue else {
      throw InputError(
        .usage, .dataset,
        "the run is of the data set \(recorded.name), and “\(place)” is no folder that could hold it",
        remedy: "leave it out, or give the folder by \(Setting.data.set(to: "DIR")) or "
          + Setting.dataset.set(to: "\(recorded.name)=DIR"))
    }
    return try DatasetCatalog(data: place, providers: catalog.providers)
      .load(recorded.name, split: split, classCount: recorded.classNames.count)
  }
}
