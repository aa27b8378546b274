import ArgumentParser
import Attacks
import Classifiers
import Datasets
import Diagnostics
import Foundation
import Models
import Runs

/// What shells offer as values of options.
enum Completions {
  /// Several of `names`, separated by commas.
  static func list(of names: [String]) -> CompletionKind { .custom { _, _, prefix in values(names, prefix) } }

  /// Several of `names` or files that end in one of `extensions`, separated by commas.
  static func list(of names: [String], orFiles extensions: [String]) -> CompletionKind {
    .custom { _, _, prefix in values(names, prefix) + files(extensions, prefix) }
  }

  /// One of `names`, or a file that ends in one of `extensions`.
  static func one(of names: [String], orFile extensions: [String]) -> CompletionKind {
    .custom { _, _, prefix in names.filter { $0.hasPrefix(prefix) } + files(extensions, prefix) }
  }

  static var attacks: CompletionKind { list(of: AttackCatalog.names) }
  static var objectives: CompletionKind { CompletionKind.list(Objective.allCases.map(\.rawValue)) }
  static var models: CompletionKind {
    list(of: ModelCatalog.Shipped.allCases.map(\.rawValue), orFiles: modelExtensions)
  }
  static var model: CompletionKind {
    one(of: ModelCatalog.Shipped.allCases.map(\.rawValue), orFile: modelExtensions)
  }
  /// Of robust's own networks alone.
  static var checkpoint: CompletionKind {
    one(of: ModelCatalog.Shipped.allCases.map(\.rawValue), orFile: checkpointExtensions)
  }
  static var presets: CompletionKind { CompletionKind.list(ModelCatalog.Preset.allCases.map(\.rawValue)) }
  static var dataset: CompletionKind { one(of: DatasetCatalog.names, orFile: [".npz", ".npy", ".csv"]) }
  static var splits: CompletionKind { CompletionKind.list(Dataset.Split.allCases.map(\.rawValue)) }
  static var checks: CompletionKind { list(of: TrustCheckSelection.vocabulary.names) }
  static var targets: CompletionKind { CompletionKind.list(["each", "random", "least-likely"]) }

  private static let checkpointExtensions = [".safetensors", ".safetensors.zst", ".safetensors.gz"]
  private static let modelExtensions = checkpointExtensions + ClassifierCatalog.foreignExtensions

  /// The names that go on with the last piece of `prefix`, each after the pieces before, which are not offered again.
  private static func values(_ names: [String], _ prefix: String) -> [String] {
    let pieces = prefix.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let head = pieces.dropLast().map { $0 + "," }.joined()
    return names.filter { $0.hasPrefix(pieces.last ?? "") && !pieces.dropLast().contains($0) }.map { head + $0 }
  }

  /// The folders and files with one of `extensions` whose path begins with the last piece of `prefix`.
  private static func files(_ extensions: [String], _ prefix: String) -> [String] {
    let pieces = prefix.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let head = pieces.dropLast().map { $0 + "," }.joined()
    let path = pieces.last ?? ""
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return names.sorted().compactMap { name in
      let whole = folder + name
      guard whole.hasPrefix(path), path.hasSuffix("/") || !name.hasPrefix(".") || path.hasPrefix(".") else {
        return nil
      }
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: whole, isDirectory: &isFolder) else { return nil }
      if isFolder.boolValue { return head + whole + "/" }
      return extensions.contains { name.hasSuffix($0) } ? head + whole : nil
    }
  }
}
