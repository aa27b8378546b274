public import Attacks
import Diagnostics
import Files
import Foundation
public import Runs

/// What a run found, image by image, small enough to be committed: what later runs are compared with.
public struct Baseline: Sendable, Hashable {
  /// Raised when a file can no longer be read by an older robust, or one of an older robust says too little.
  public static let currentVersion = 2

  /// Of the run it was made from, all of it.
  public var configuration: RunConfiguration
  public var outcomes: Outcomes

  public var attacks: [RunConfiguration.Attack] { configuration.attacks }
  public var goals: [TargetChoice] { configuration.goals }
  public var budgets: [Budget] { configuration.budgets }

  /// A model as it was.
  struct Model: Sendable, Hashable {
    /// Distinct from those of the other models.
    var name: String
    var description: RunConfiguration.Model
  }

  var models: [Model] {
    zip(configuration.distinctModelNames, configuration.models).map { Model(name: $0, description: $1) }
  }

  /// The baseline that the run in `store` makes.
  ///
  /// - Throws: `InputError` of kind `.file` if the run is not complete, or lacks trust checks that it was asked for; of kind
  ///   `.output` if it is damaged.
  public init(of store: RunStore) throws {
    self.init(store.configuration, try Outcomes(of: store))
    _ = try store.finishedCheckReport()
  }

  init(_ configuration: RunConfiguration, _ outcomes: Outcomes) {
    self.configuration = configuration
    self.outcomes = outcomes
  }
}

extension Baseline {
  /// Reads the baseline file at `path`.
  ///
  /// - Throws: `InputError` of kind `.file` that says what is wrong with it.
  public static func read(_ path: String) throws -> Baseline { try BaselineFile.read(path).baseline }
}

/// A baseline as it was read, with where each of its groups stands in the file.
public struct BaselineFile: Sendable {
  public let baseline: Baseline
  /// From 1.
  public let lineNumbers: [Outcomes.Key: Int]

  /// - Throws: `InputError` of kind `.file` that says what is wrong with the file at `path`.
  public static func read(_ path: String) throws -> BaselineFile {
    let data = try FileReader.contents(of: path, limit: largest)
    do {
      let baseline = try Baseline(json: data)
      let lines = groupLines(String(decoding: data, as: UTF8.self))
      // The groups of the file are those of the baseline, in its order.
      return BaselineFile(
        baseline: baseline,
        lineNumbers: Dictionary(
          zip(baseline.outcomes.groups.map(\.key), lines), uniquingKeysWith: { first, _ in first }))
    } catch let problem as BaselineProblem {
      throw InputError(.file, path, problem.text, remedy: problem.remedy)
    }
  }

  private static func groupLines(_ text: String) -> [Int] {
    guard let groups = JSONText.members(of: text).last(where: { $0.name == "groups" }) else { return [] }
    return JSONText.elements(of: groups.text).map { groups.line + $0.line - 1 }
  }

  /// 64 MiB: a hundred times the baseline of 10,000 images, two models and eleven budgets.
  private static let largest = 1 << 26
}

/// Why a file is no baseline.
struct BaselineProblem: Error {
  let text: String
  var remedy = "make it again with `\(Action.writeBaseline)`"
}
