import Attacks
import Models
import Runs
import Sweeps
import Tensors

/// Adversarial images made for another model know nothing of this one: if they beat images that the attack on this one does
/// not, its gradients mislead (Carlini et al. 2019; Athalye et al. 2018).
struct TransferCheck: TrustCheck {
  let name = TrustCheckName.transfer.rawValue
  let claim = "no attack is weaker than the same attack on the next model of the run, transferred"

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let trials = subject.untargetedTrials
    guard subject.sweep.models.count > 1 else { return .notApplicable("the run has one model only") }
    guard !trials.isEmpty, subject.sample.count > 0 else {
      return .notApplicable("the run has no untargeted attack with something to beat")
    }
    return .findings(try trials.compactMap { try finding(subject, subject.referenceTotals($0.totals)) })
  }

  private func finding(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals) throws -> Finding? {
    let sample = subject.sample
    let other = (subject.model + 1) % subject.sweep.models.count
    let source = subject.sweep.models[other]
    let attack = subject.sweep.attacks[totals.attack]
    // What the source gets wrong anyway is attacked all the same: rows are declared right.
    let images = try attack.run(
      on: source, sample, rows: Array(0..<sample.count), norm: subject.norm, budget: subject.epsilon(totals),
      seed: subject.configuration.seed
    ).images
    let beaten = zip(subject.classifier.predictions(forChunksOf: images), sample.labels).map { $0 != $1 }
    let rival = try PairedComparison(subject, totals, beaten: beaten)
    guard rival.isStronger else { return nil }
    let title = subject.title(attack: totals.attack)
    let sourceName = subject.configuration.models[other].name
    return Finding(
      check: name, severity: .error,
      title: "Images that \(title) made for \(sourceName) beat \(subject.name) more often than those made for itself",
      evidence: """
        At \(subject.epsilonText(totals)), of \(sample.count) images that were right, \(rival.beaten) fell to images made for \
        \(sourceName), \(rival.attackBeaten) to those made for \(subject.name); \(rival.onlyRival) to the former alone and \
        \(rival.onlyAttack) to the latter alone (exact McNemar p = \(Float(rival.pValue))).
        """, numbers: rival.numbers,
      remedy: "the gradient of \(subject.name) is masked: try \(subject.betterObjective(than: attack.objective))",
      scope: subject.scope(totals))
  }
}
