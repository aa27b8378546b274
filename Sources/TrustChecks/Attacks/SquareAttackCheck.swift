import Attacks
import Diagnostics
import Models
import Runs
import Statistics
import Sweeps
import Tensors

/// Square attack asks for scores only: where it beats what attacks with gradients left, gradients mislead (Andriushchenko
/// et al. 2020; AutoAttack's `check_square_sr`).
///
/// It is given what no attack of the run beats. One step is no match for it, so without an iterative attack in the run, BIM
/// comes first.
struct SquareAttackCheck: TrustCheck {
  let name = TrustCheckName.squareAttack.rawValue
  let claim = "Square attack, which needs no gradient, beats hardly any image that attacks with gradients left"
  var needs: Knowledge { .scores }

  private static let queries = 300

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let trials = subject.untargetedTrials
    guard !trials.isEmpty, subject.sample.count > 0 else {
      return .notApplicable("the run has no untargeted attack with something to beat")
    }
    guard subject.norm.name == SquareSearch.norm.name else {
      return .notApplicable(
        "Square attack is implemented in \(SquareSearch.norm.title), and the run is in \(subject.norm.title)")
    }
    return .findings(try finding(subject, subject.referenceTotals(trials[0].totals)).map { [$0] } ?? [])
  }

  private func finding(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals) throws -> Finding? {
    let rows = try survivors(subject, totals)
    guard !rows.isEmpty else { return nil }
    let search = SquareSearch(queries: Self.queries, budget: subject.epsilon(totals), seed: subject.configuration.seed)
    let beaten = try search.run(
      on: subject.classifier, images: subject.sample.images.rows(at: rows),
      labels: rows.map { subject.sample.labels[$0] },
      ids: rows.map { subject.sample.ids[$0] }, beforeQuery: subject.sample.checkCancellation
    ).count { $0 }
    let lower = Statistics.wilson(successes: beaten, trials: subject.sample.count).lower
    guard lower > 0.02 else { return nil }
    return Finding(
      check: name, severity: lower > 0.1 ? .error : .warning,
      title: "Square attack beats images of \(subject.name) that attacks with gradients left",
      evidence: """
        At \(subject.epsilonText(totals)), \(Self.queries) queries of scores beat another \
        \(share(beaten, of: subject.sample.count)) images; the gradient had left \(rows.count).
        """,
      numbers: [
        "images": Double(subject.sample.count), "survivors": Double(rows.count), "beaten": Double(beaten),
        "queries": Double(Self.queries),
      ],
      remedy:
        "the gradient is masked: use a stronger attack (\(Setting.attacks.set(to: "bim")), more \(Setting.steps)) "
        + "or another \(Setting.objective)",
      scope: .init(model: subject.model, budget: totals.budget))
  }

  /// The rows of the sample that no attack with gradients beats.
  private func survivors(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals) throws -> [Int] {
    var rows = Set(subject.sample.ids.indices)
    for trial in subject.untargetedTrials {
      for same in trial.totals where same.budget == totals.budget { rows.formIntersection(try subject.survivors(same)) }
    }
    let remaining = rows.sorted()
    guard subject.iterativeTrials.isEmpty, !remaining.isEmpty else { return remaining }
    let bim = BIM(objective: subject.sweep.attacks[totals.attack].objective ?? .crossEntropy)
    let outcome = try bim.run(
      on: subject.classifier, subject.sample, rows: remaining, norm: subject.norm, budget: subject.epsilon(totals),
      seed: subject.configuration.seed)
    return zip(remaining, outcome.succeeded).filter { !$0.1 }.map(\.0)
  }
}
