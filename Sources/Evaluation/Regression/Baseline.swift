import Files
import Foundation

/// What a run found, image by image, small enough to be committed: what later runs are compared with.
public struct Baseline: Sendable, Hashable {
  /// Raised when a file can no longer be read by an older robust.
  public static let currentVersion = 1

  /// A model as it was.
  public struct Model: Codable, Sendable, Hashable {
    /// Distinct from those of the other models.
    public var name: String
    public var kind: String
    public var sha256: String
  }

  public var toolVersion: String
  /// Of the run it was made from.
  public var configurationHash: String
  public var dataset: RunConfiguration.Dataset
  public var models: [Model]
  public var attacks: [RunConfiguration.Attack]
  public var goals: [GoalKind]
  public var budgets: [RunConfiguration.Budget]
  public var seed: UInt64
  public var rawCurves: Bool
  public var outcomes: Outcomes

  /// The baseline that the run in `store` makes.
  ///
  /// - Throws: `InputError` of kind `.file` if the run is not complete.
  public init(of store: RunStore) throws {
    self.init(store.configuration, try Outcomes(of: store))
  }

  init(_ configuration: RunConfiguration, _ outcomes: Outcomes) {
    toolVersion = configuration.toolVersion
    configurationHash = configuration.configurationHash
    dataset = configuration.dataset
    models = zip(configuration.distinctModelNames, configuration.models).map {
      Model(name: $0, kind: $1.kind, sha256: $1.sha256)
    }
    attacks = configuration.attacks
    goals = configuration.goals
    budgets = configuration.budgets
    seed = configuration.seed
    rawCurves = configuration.rawCurves
    self.outcomes = outcomes
  }
}

extension Baseline {
  /// Reads the baseline file at `path`.
  ///
  /// - Throws: `InputError` of kind `.file` that says what is wrong with it.
  public static func read(_ path: String) throws -> Baseline {
    let data = try FileReader.contents(of: path, limit: largestFile)
    do {
      return try Baseline(json: data)
    } catch let problem as BaselineProblem {
      throw InputError(.file, path, problem.text, remedy: problem.remedy)
    }
  }

  /// 64 MiB: a hundred times the baseline of 10,000 images, two models and eleven budgets.
  private static let largestFile = 1 << 26

  /// Where each group stands in the file: its line, from 1.
  public var lineNumbers: [Outcomes.Key: Int] {
    let text = String(decoding: json, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(of: "\"groups\": [") else { return [:] }
    return Dictionary(
      outcomes.groups.enumerated().map { ($1.key, start + 2 + $0) }, uniquingKeysWith: { first, _ in first })
  }
}

/// Why a file is no baseline.
struct BaselineProblem: Error {
  let text: String
  var remedy = "make it again with `robust baseline RUN --output FILE`"
}
