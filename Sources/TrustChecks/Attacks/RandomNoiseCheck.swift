import Attacks
import Models
import Runs
import Sweeps
import Tensors

/// Noise knows nothing of the model: if it beats images that an attack with gradients of the same size does not, the attack
/// is broken (Carlini et al. 2019; Athalye et al. 2018).
struct RandomNoiseCheck: TrustCheck {
  let name = TrustCheckName.randomNoise.rawValue
  let claim = "no attack is weaker than random noise of the same size"

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let trials = subject.untargetedTrials
    guard !trials.isEmpty, subject.sample.count > 0 else {
      return .notApplicable("the run has no untargeted attack with something to beat")
    }
    return .findings(try trials.compactMap { try finding(subject, subject.referenceTotals($0.totals)) })
  }

  private func finding(_ subject: TrustCheckSubject, _ totals: TrustCheckTotals) throws -> Finding? {
    let sample = subject.sample
    let epsilon = subject.epsilon(totals)
    let noisy = Tensor.concatenated(
      sample.ids.enumerated().map { row, id in
        // "noise" as a number.
        var stream = RandomStream(seed: subject.configuration.seed, UInt64(id), 0x6E_6F69_7365)
        return subject.norm.extreme(around: sample.images.rows(row..<row + 1), budget: epsilon, using: &stream)
      })
    let beaten = zip(subject.classifier.predictions(forChunksOf: noisy), sample.labels).map { $0 != $1 }
    let rival = try PairedComparison(subject, totals, beaten: beaten)
    guard rival.isStronger else { return nil }
    let title = subject.title(attack: totals.attack)
    return Finding(
      check: name, severity: .error, title: "Random noise beats \(title) on \(subject.name)",
      evidence: """
        At \(subject.epsilonText(totals)), noise of that size changed \(rival.beaten) of \(sample.count) images that were \
        right, \(title) \(rival.attackBeaten); \(rival.onlyRival) fell to noise alone and \(rival.onlyAttack) to the attack \
        alone (exact McNemar p = \(Float(rival.pValue))).
        """, numbers: rival.numbers,
      remedy: """
        the gradient is masked: see the other findings, and try \
        \(subject.betterObjective(than: subject.sweep.attacks[totals.attack].objective)) or an attack without gradients
        """, scope: subject.scope(totals))
  }
}
