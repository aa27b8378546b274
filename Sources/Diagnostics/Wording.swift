import Synchronization

/// How texts for callers spell what these can set and do: as Swift, or as whatever a program offers instead.
///
/// Libraries name `Setting`s and `Action`s only. A program with a command line says once, before it does anything else, how
/// it calls them:
///
///     Wording.install(Wording(setting: …, values: …, action: …))
///
/// Some texts are made once and kept, so that a later change would mix two spellings.
public struct Wording: Sendable {
  public let setting: @Sendable (Setting) -> String
  public let values: @Sendable (KeyValuePairs<Setting, String>) -> String
  public let action: @Sendable (Action) -> String

  /// - Parameters:
  ///   - setting: the name of a setting.
  ///   - values: how settings are given values, in the order to write them.
  ///   - action: how something is done, in one line without quotation marks.
  public init(
    setting: @escaping @Sendable (Setting) -> String,
    values: @escaping @Sendable (KeyValuePairs<Setting, String>) -> String,
    action: @escaping @Sendable (Action) -> String
  ) {
    (self.setting, self.values, self.action) = (setting, values, action)
  }

  private static let installed = Mutex(Wording.swift)

  /// That of this process; `swift` unless another was installed.
  public static var current: Wording { installed.withLock { $0 } }

  /// Makes `wording` that of this process.
  public static func install(_ wording: Wording) { installed.withLock { $0 = wording } }
}

extension Wording {
  /// Names of fields, and calls.
  public static let swift = Wording(
    setting: \.rawValue,
    values: { values in values.map { "\($0.rawValue): \($1)" }.joined(separator: ", ") },
    action: Self.call)

  private static func call(_ action: Action) -> String {
    switch action {
    case .listDatasets: "DatasetCatalog.list()"
    case .renderToyNORB: "ToyNORB.write(to:threads:)"
    case .holdOutImages: "Dataset.subset(at:)"
    case .listModels: "ModelCatalog.Shipped"
    case .showLayers: "Model.layers"
    case .showTensors: "Checkpoint.write(_:provenance:to:)"
    case .train, .trainDecoder: "Trainer.run(saving:isCancelled:)"
    case .restoreTraining: "TrainingState.restore(_:)"
    case .seal(let path):
      "Checkpoint.read(\(literal(path)), verifiesWeights: false) and Checkpoint.write(_:provenance:to:)"
    case .sweep: "Sweep.report(into:)"
    case .resume(nil, _): "Sweep.report(into:)"
    case .resume(let folder?, nil): "Sweep.report(into: \(literal(folder)))"
    case .resume(let folder?, let checks?):
      "Sweep.report(into: \(literal(folder)), options: RunOptions(checks: TrustCheckSelection(parsing: \(literal(checks)))))"
    case .goOn, .again: "the same call"
    case .sweepPart(nil): "RunOptions(shard:)"
    case .sweepPart(let shard?): "RunOptions(shard: Shard(parsing: \(literal(shard))))"
    case .merge: "ShardSet.merge(into:of:)"
    case .compare: "RunComparison"
    case .check: "Gate"
    case .makeBaseline, .writeBaseline: "Baseline(of:)"
    case .searchMinimum: "MinimumSearch"
    case .reproduce: "ExperimentCatalog"
    }
  }

  /// `text` in quotation marks, as Swift reads it back.
  private static func literal(_ text: String) -> String { text.debugDescription }
}
