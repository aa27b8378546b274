import Files

extension RegressionCheck {
  /// Compares the run in `store` with `baseline`.
  ///
  /// The model files may differ; data, attacks, seed and kind of curve may not.
  /// - Throws: `InputError` of kind `.file`, naming the difference, if the run is of something else or incomplete.
  public init(of store: RunStore, against baseline: Baseline, options: Options) throws {
    let configuration = store.configuration
    let differences = baseline.differences(from: configuration)
    guard differences.isEmpty else {
      throw Pairing.mismatch(
        "it can't be compared with the baseline: \(differences.joined(separator: "; "))",
        "repeat the sweep with the baseline's data and attacks, or make a new baseline with `robust baseline`")
    }
    var notes: [String] = []
    if baseline.toolVersion != configuration.toolVersion {
      notes.append(
        "The baseline was made by robust \(baseline.toolVersion), the run by robust \(configuration.toolVersion).")
    }
    let now = Baseline(configuration, try Outcomes(of: store))
    try self.init(
      baseline, now.outcomes, models: now.models, options: options, notes: notes,
      doubts: Self.doubts(try store.checkReport(), configuration, options))
  }
}

extension RegressionCheck {
  /// Why the trust checks say that a run's numbers mean nothing, in sentences.
  private static func doubts(
    _ report: CheckReport, _ configuration: RunConfiguration, _ options: Options
  ) -> [String] {
    var doubts = report.findings.filter { $0.severity == .error }.map { finding in
      let scope = [
        finding.scope.modelIndex.flatMap { configuration.distinctModelNames.at($0) },
        finding.scope.attackIndex.flatMap { configuration.attacks.at($0)?.description },
        finding.scope.goalIndex.flatMap { configuration.goals.at($0)?.rawValue },
        finding.scope.budgetIndex.flatMap { configuration.budgets.at($0) }.map { "ε = \($0.text)" },
      ].compactMap { $0 }.joined(separator: ", ")
      let place = scope.isEmpty ? "" : " (\(scope))"
      return "\(finding.check)\(place): \(finding.title). \(finding.evidence) Remedy: \(finding.remedy)."
    }
    if options.requiresChecks, report.checks.isEmpty {
      doubts.append("The run was made without trust checks, and --require-checks asks for them. Remedy: sweep again.")
    }
    return doubts
  }
}

extension Baseline {
  /// What differs in the data or the attacks, one phrase each; the run may have more attacks, goals, budgets and images.
  func differences(from run: RunConfiguration) -> [String] {
    var result: [String] = []
    func compare(_ field: String, _ before: String, _ now: String) {
      if before != now { result.append("\(field): \(before) in the baseline, \(now) in the run") }
    }
    let (before, now) = (dataset, run.dataset)
    compare("data set", "\(before.name)/\(before.split)", "\(now.name)/\(now.split)")
    compare("hash of the data", String(before.sha256.prefix(12)), String(now.sha256.prefix(12)))
    compare("shape", "\(before.shape)", "\(now.shape)")
    compare("classes", before.classNames.joined(separator: ","), now.classNames.joined(separator: ","))
    compare("seed", "\(seed)", "\(run.seed)")
    compare("raw curves", "\(rawCurves)", "\(run.rawCurves)")
    func missing(_ what: String, _ before: [String], _ now: [String]) {
      let lacking = before.filter { !now.contains($0) }
      guard !lacking.isEmpty else { return }
      result.append("\(what): the run lacks \(lacking.joined(separator: ", ")); it has \(now.joined(separator: ", "))")
    }
    missing("attacks", attacks.map(\.description), run.attacks.map(\.description))
    missing("goals", goals.map(\.rawValue), run.goals.map(\.rawValue))
    let values = Set(run.budgets.map(\.value))
    let lacking = budgets.filter { !values.contains($0.value) }.map(\.text)
    missing("ε", lacking, run.budgets.map(\.text))
    return result
  }
}

extension Array {
  /// The element at `index`; nil beyond the ends, where a damaged store may point.
  fileprivate func at(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
