import Classifiers
import Diagnostics
import Foundation
import Runs

/// What an option names, with or without a name for it: `PATH`, `NAME=PATH`, or the name of something that ships.
///
/// A text that is the path of a file is one, whatever signs are in it; else what stands before the first `=` is a name, unless
/// a `/` is in it. `process: COMMAND` has no name, and takes the rest of the text, as commands may hold any sign.
struct NamedPath {
  let name: String?
  /// A path, or the name of what ships.
  let value: String

  init(_ text: String) {
    guard !text.hasPrefix("process:"), !text.hasPrefix("socket:"), !FileManager.default.fileExists(atPath: text),
      let sign = text.firstIndex(of: "="), sign > text.startIndex,
      !text[..<sign].contains("/")
    else {
      (name, value) = (nil, text)
      return
    }
    name = String(text[..<sign])
    value = String(text[text.index(after: sign)...])
  }

  /// Those of a list that is separated by commas; a comma in the path of a file that exists separates nothing.
  ///
  /// - Throws: `InputError(.usage)` that names `option` if one is empty, or two have the same name.
  static func list(parsing text: String, option: String) throws -> [NamedPath] {
    let pieces = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var paths: [NamedPath] = []
    var start = 0
    while start < pieces.count {
      // The longest that is a file, or a command; else up to the next comma.
      let isCommand = NamedPath(pieces[start].trimmingCharacters(in: .whitespaces)).value.hasPrefix("process:")
      let end =
        isCommand
        ? pieces.count
        : (start + 1..<pieces.count + 1).reversed().first { end in
          end > start + 1 && exists(pieces[start..<end].joined(separator: ","))
        }
      let piece = pieces[start..<(end ?? start + 1)].joined(separator: ",").trimmingCharacters(in: .whitespaces)
      let path = NamedPath(piece)
      guard !path.value.isEmpty else {
        throw InputError(
          .usage, option, piece.isEmpty ? "“\(text)” names nothing between two commas" : "“\(piece)” names no file",
          remedy: "write names or paths, or NAME=PATH, separated by single commas")
      }
      guard path.name == nil || !paths.contains(where: { $0.name == path.name }) else {
        throw InputError(
          .usage, option, "two are called “\(path.name!)”", remedy: "give each a name of its own, or none")
      }
      paths.append(path)
      start = end ?? start + 1
    }
    return paths
  }

  private static func exists(_ text: String) -> Bool {
    FileManager.default.fileExists(atPath: NamedPath(text).value)
  }

  /// The model that this names, under its name if it has one.
  func load() throws -> LoadedClassifier { try ClassifierCatalog.load(value, as: name) }
}

/// Where the models and images of a run are now, as the options `--model` and `--dataset` say.
extension RunPlaces {
  /// - Parameters:
  ///   - model: paths, or NAME=PATH with names of the run's models, separated by commas.
  ///   - dataset: a path, or NAME=PATH.
  init(model: String?, dataset: String?) throws {
    self.init(
      models: try model.map { try NamedPath.list(parsing: $0, option: "--model") }?
        .map { ($0.name, $0.value) } ?? [],
      dataset: dataset.map { NamedPath($0).value })
  }
}
