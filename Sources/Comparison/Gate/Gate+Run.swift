import Attacks
import Diagnostics
import Files
public import Runs

extension Gate {
  /// Compares the run in `store` with `baseline`, if there is one, and with the required accuracies of `options`.
  ///
  /// The model files may differ; data, attacks, crops, seed and kind of curve may not.
  /// - Parameter available: how many images the run could have had, nil if that is not known; asked only if it matters.
  /// - Throws: `InputError` of kind `.file`, naming the difference, if the run is of something else, incomplete, or lacks trust
  ///   checks that it was asked for; of kind `.output` if it is damaged.
  public init(
    of store: RunStore, against baseline: Baseline?, options: Options, available: () -> Int? = { nil }
  ) throws {
    let configuration = store.configuration
    let differences = baseline?.differences(from: configuration) ?? []
    guard differences.isEmpty else {
      throw Pairing.mismatch(
        "it can't be compared with the baseline: \(differences.joined(separator: "; "))",
        "repeat the sweep with the baseline's data and attacks, or make a new baseline with `\(Action.makeBaseline)`")
    }
    let now = try Baseline(of: store)
    let report = try store.finishedCheckReport()
    var notes: [String] = []
    if let baseline, baseline.configuration.toolVersion != configuration.toolVersion {
      notes.append(
        "The baseline was made by robust \(baseline.configuration.toolVersion), "
          + "the run by robust \(configuration.toolVersion).")
    }
    let missing = Self.missingChecks(report)
    if !missing.isEmpty, !options.requiresChecks {
      notes.append("The run was made without \(missing): little speaks for its numbers but the numbers themselves.")
    }
    var doubts = try Self.doubts(report, store)
    if options.requiresChecks, !missing.isEmpty {
      doubts.append(
        "The run was made without \(missing), and \(Setting.requiresChecks) asks for all that are made by default. "
          + "Remedy: \(store.resumption(checks: "default")).")
    }
    let known = configuration.availableImages
    try self.init(baseline, now, options: options, available: known, notes: notes, doubts: doubts)
    if known == nil, verdict == .inconclusive, let available = available() {
      try self.init(baseline, now, options: options, available: available, notes: notes, doubts: doubts)
    }
  }

  /// Why the numbers of the run in `store` mean nothing, in sentences: errors that its trust checks found, and what its
  /// records say where a check was left out.
  ///
  /// - Throws: `InputError` of kind `.file` if the run's checks have not ended, of kind `.output` if it is damaged.
  public static func doubts(of store: RunStore) throws -> [String] {
    try doubts(store.finishedCheckReport(), store)
  }

  private static func doubts(_ report: TrustReport, _ store: RunStore) throws -> [String] {
    let configuration = store.configuration
    let doubts = report.findings.filter { $0.severity == .error }.map { finding in
      let scope = [
        finding.scope.modelIndex.flatMap { configuration.distinctModelNames.at($0) },
        finding.scope.attackIndex.flatMap { configuration.attacks.at($0)?.description },
        finding.scope.goalIndex.flatMap { configuration.goals.at($0)?.rawValue },
        finding.scope.budgetIndex.flatMap { configuration.budgets.at($0) }.map { "ε = \($0.text)" },
      ].compactMap { $0 }.joined(separator: ", ")
      let place = scope.isEmpty ? "" : " (\(scope))"
      return "\(finding.check)\(place): \(finding.title). \(finding.evidence) Remedy: \(finding.remedy)."
    }
    return doubts + (try RecordDoubts.sentences(of: store, judged: Set(report.checks.map(\.check))))
  }

  /// The default checks that were not made, in words; empty if all were.
  private static func missingChecks(_ report: TrustReport) -> String {
    let names = Set(report.checks.map(\.check))
    let missing = TrustCheckSelection.default.names.filter { !names.contains($0) }
    if missing.isEmpty { return "" }
    return names.isEmpty
      ? "trust checks" : "the trust check\(missing.count == 1 ? "" : "s") \(missing.joined(separator: ", "))"
  }
}

extension RunConfiguration {
  /// How many images there were to choose from, if all of them were attacked.
  public var availableImages: Int? {
    guard let limit, dataset.count >= limit else { return dataset.count }
    return nil
  }
}

extension Array {
  /// The element at `index`; nil beyond the ends, where a damaged store may point.
  fileprivate func at(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
