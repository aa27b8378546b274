import Classifiers
import Diagnostics
import Foundation
package import Models
package import Tensors

/// Finds the models that a run attacked again, by their hashes.
package struct RecordedModels {
  private let models: [RunConfiguration.Model]
  private let imageShape: Shape
  private let places: RunPlaces

  /// - Parameter imageShape: `[channels, rows, columns]` of the images that they were attacked on.
  package init(_ models: [RunConfiguration.Model], imageShape: Shape, _ places: RunPlaces) {
    self.models = models
    self.imageShape = imageShape
    self.places = places
  }

  /// - Throws: `InputError` as `Sweep.init(reopening:catalog:places:)`.
  package func load() throws -> [any Classifier] {
    for case (let name?, _) in places.models where !models.contains(where: { $0.name == name }) {
      throw NearMatch.unknown(
        .usage, "\(Setting.models)", name, what: "model of the run", among: models.map(\.name))
    }
    let unnamed = try places.models.filter { $0.name == nil }.map {
      ($0.path, try ClassifierCatalog.sha256(of: $0.path))
    }
    for (path, hash) in unnamed where !models.contains(where: { $0.sha256 == hash }) {
      throw InputError(
        .model, path,
        "its SHA-256 is \(hash.prefix(12))…, and the run attacked "
          + models.map { "\($0.name) (\($0.sha256.prefix(12))…)" }.joined(separator: ", "),
        remedy: "give the file that was attacked as \(Setting.models.set(to: "NAME=PATH")), or start a new run")
    }
    return try models.map { recorded in
      let named = places.models.filter { $0.name == recorded.name }.map(\.path)
      return try model(recorded, named.isEmpty ? unnamed.filter { $0.1 == recorded.sha256 }.map(\.0) : named)
    }
  }

  /// The model that was `recorded`, from the first of `paths` that holds it, or from where it was.
  private func model(_ recorded: RunConfiguration.Model, _ paths: [String]) throws -> any Classifier {
    let isShipped = recorded.source == RunConfiguration.Model.shipped
    var found: [String] = []
    for place in paths.isEmpty ? usualPlaces(recorded) : paths {
      let loaded: LoadedClassifier
      do {
        loaded = try ClassifierCatalog.load(place, as: recorded.name, preprocessing: recorded.preprocessing)
      } catch let error as InputError {
        throw InputError(
          .model, error.subject, error.problem,
          remedy: isShipped
            ? error.remedy
            : "if the file of the model \(recorded.name) has moved, give "
              + Setting.models.set(to: "\(recorded.name)=PATH"))
      }
      if loaded.sha256 == recorded.sha256 { return try loaded.classifier(on: imageShape, crops: recorded.crops) }
      found.append("\(place) has \(loaded.sha256.prefix(12))…")
    }
    throw InputError(
      .model, recorded.name,
      "the run attacked a file with SHA-256 \(recorded.sha256.prefix(12))…; \(found.joined(separator: ", "))",
      remedy: isShipped
        ? "use the version of robust that made the run"
        : "give the file that was attacked as \(Setting.models.set(to: "\(recorded.name)=PATH")), or start a new run")
  }

  /// Where a model is if nobody says otherwise. One that ships may have been given another name.
  private func usualPlaces(_ recorded: RunConfiguration.Model) -> [String] {
    guard recorded.source == RunConfiguration.Model.shipped else { return [recorded.source] }
    let names = ModelCatalog.Shipped.allCases.map(\.rawValue)
    return names.contains(recorded.name) ? [recorded.name] : names
  }
}
