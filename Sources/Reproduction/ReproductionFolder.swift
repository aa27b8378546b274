import Diagnostics
import Files
import Foundation
import Runs
import Text

/// Where experiments write: pages and pictures on top; `models/`, `predictions/` and `runs/`, from which they go on, below.
///
/// Two processes never work in one folder.
public final class ReproductionFolder: Sendable {
  public let path: String
  private let lock: RunLock

  /// Makes the folder, if need be, and keeps others out of it.
  /// - Throws: `InputError` of kind `output` if it can't be made, or if another process is at work there.
  public init(_ path: String) throws {
    self.path = path
    try Self.check(path)
    _ = try ResultFolder.makeFolders(path)
    lock = try RunLock(
      folder: URL(filePath: path, directoryHint: .isDirectory),
      remedy: "wait for it to end, or stop it: what it has done is kept, and \(Action.again) goes on from there")
  }

  /// Makes sure that the folder at `path` is new, empty, or holds what was made there before.
  private static func check(_ path: String) throws {
    guard case .folder(let folder, let names) = try OutputPlace(path, option: "\(Setting.folder)", isFolder: true)
    else {
      return
    }
    let own = ["models", "predictions", "runs"]
    let ids = ExperimentCatalog.all.map(\.id)
    func isOwn(_ name: String) -> Bool {
      let name = TemporaryName.target(of: name) ?? name
      return own.contains(name) || name == RunFolderNames.lock || name == summary
        || ids.contains { name.hasPrefix($0 + ".") || name.hasPrefix($0 + "-") }
    }
    let page = PathParts.join(folder, summary)
    let isSummary = OutputForm.text("a summary", beginning: SummaryPage.title).matches(page)
    // A summary is written with the first results; before, there is nothing but files of ours.
    let other = names.contains(summary) ? (isSummary ? nil : summary) : names.first { !isOwn($0) }
    if let other {
      throw InputError(
        .output, path, "holds other files (\(other)…) and no results of `\(Action.reproduce)`",
        remedy: "name a new or an empty folder")
    }
    for name in names where isOwn(name) {
      let expected: PathKind = own.contains(name) ? .folder : .file
      guard let kind = PathKind(at: PathParts.join(folder, name)), kind != expected else { continue }
      throw InputError(
        .output, PathParts.join(path, name),
        "is \(kind.words), and \(expected.words) of `\(Action.reproduce)` belongs there",
        remedy: "move it away, then give \(Action.again) again")
    }
  }

  private static let summary = "README.md"

  var models: String { PathParts.join(path, "models") }
  var predictions: String { PathParts.join(path, "predictions") }
  var runs: String { PathParts.join(path, "runs") }

  func write(_ text: String, to name: String) throws { try write(Data(text.utf8), to: name) }

  func write(_ data: Data, to name: String) throws { try AtomicFile.write(data, to: PathParts.join(path, name)) }

  /// Writes the result of an experiment: `ID.md`, `ID.json`, and `ID.csv` or `ID-2.csv` and so on for its tables.
  func write(_ result: ExperimentResult, times: Table?) throws {
    for (index, table) in result.tables.enumerated() {
      try write(table.csv, to: index == 0 ? "\(result.id).csv" : "\(result.id)-\(index + 1).csv")
    }
    if let times { try write(times.csv, to: "\(result.id)-times.csv") }
    try write(ResultPage(result: result, times: times).markdown, to: "\(result.id).md")
    try write(try JSONEncoder.readable.encode(result), to: "\(result.id).json")
  }

  /// The results that are there, of the experiments called `ids`, in their order.
  func results(_ ids: [String]) throws -> [ExperimentResult] {
    try ids.compactMap { id in
      let path = PathParts.join(path, "\(id).json")
      guard FileManager.default.fileExists(atPath: path) else { return nil }
      guard
        let result = try? JSONDecoder().decode(
          ExperimentResult.self, from: try FileReader.contents(of: path, limit: 1 << 28))
      else {
        throw InputError(.file, path, "is not what was written there", remedy: "remove it, and make it anew")
      }
      return result
    }
  }

  /// Lets others in.
  public func close() { lock.release() }
}
