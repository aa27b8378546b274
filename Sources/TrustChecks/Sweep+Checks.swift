import Attacks
import Datasets
import Models
public import Runs
public import Sweeps
import Tensors

extension Sweep {
  /// Runs the trust checks of `selection` on the complete run in `store`, and stores what they find.
  ///
  /// - Parameter isCancelled: asked before each check of each model, and between the steps of what they attack.
  /// - Returns: nil if it was cancelled; nothing is stored then.
  /// - Throws: `InputError` of kind `.output` if the store can't be written.
  @discardableResult
  public func check(
    _ store: RunStore, _ selection: TrustCheckSelection = .default, threads: Int,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> TrustReport? {
    let checks = selection.checks
    guard !checks.isEmpty else {
      try store.setCheckReport(TrustReport())
      return TrustReport()
    }
    let found = try unlessCancelled {
      let subjects = try parallelMap(count: models.count, threads: threads, isCancelled: isCancelled) { model in
        let answers = CleanAnswers(dataset, answers: try store.cleanAnswers(model: model))
        let correct = Set(answers.indices.lazy.filter(answers.isCorrect).map { answers.ids[$0] })
        return TrustCheckSubject(
          sweep: self, store: store, model: model, totals: try store.checkTotals(model: model),
          sample: TrustCheckSample(models[model], dataset: dataset, correct: correct, isCancelled: isCancelled),
          answers: answers, isThorough: selection.isThorough)
      }
      return try parallelMap(count: checks.count * models.count, threads: threads, isCancelled: isCancelled) { index in
        try examine(subjects[index % models.count], by: checks[index / models.count])
      }
    }
    guard let answers = found else { return nil }
    let report = TrustReport(
      checks: checks.enumerated().map { index, check in
        result(check, answers[index * models.count..<(index + 1) * models.count])
      }, findings: answers.flatMap(\.findings))
    try store.setCheckReport(report)
    return report
  }

  private func examine(_ subject: TrustCheckSubject, by check: any TrustCheck) throws -> TrustCheckAnswer {
    let classifier = subject.classifier
    guard check.needs <= classifier.gives else {
      return .notApplicable("\(classifier.name) gives \(classifier.gives) only")
    }
    let answer = try check.examine(subject)
    try classifier.check()
    return answer
  }

  private func result(_ check: any TrustCheck, _ answers: ArraySlice<TrustCheckAnswer>) -> TrustCheckResult {
    let reasons = answers.compactMap { if case .notApplicable(let reason) = $0 { reason } else { nil } }
    let isSilent = answers.allSatisfy { $0.findings.isEmpty }
    // What one model has nothing for, another may pass.
    let verdict: TrustCheckResult.Verdict =
      !isSilent ? .found : reasons.count == answers.count ? .notApplicable : .passed
    return TrustCheckResult(
      check: check.name, claim: check.claim, verdict: verdict,
      reason: verdict == .notApplicable ? reasons.first : nil)
  }
}

extension TrustCheckAnswer {
  fileprivate var findings: [Finding] { if case .findings(let findings) = self { findings } else { [] } }
}
