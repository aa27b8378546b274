import Attacks
import Runs
import Sweeps

extension TrustCheckSubject {
  /// The untargeted trials of attacks that take more than one step.
  var iterativeTrials: [(attack: Int, goal: Int, totals: [TrustCheckTotals])] {
    untargetedTrials.filter { sweep.attacks[$0.attack].isIterative(at: epsilon(referenceTotals($0.totals))) }
  }

  /// What `finding` finds of each attack of several steps where it can best be compared.
  func examineIterative(_ finding: (TrustCheckTotals) throws -> Finding?) rethrows -> TrustCheckAnswer {
    guard !iterativeTrials.isEmpty, sample.count > 0 else {
      return .notApplicable("the run has no untargeted attack of several steps")
    }
    return .findings(try iterativeTrials.compactMap { try finding(referenceTotals($0.totals)) })
  }

  /// The rows of the sample that the attack did not beat.
  func survivors(_ totals: TrustCheckTotals) throws -> [Int] {
    let successes = try store.successes(
      model: model, attack: totals.attack, goal: totals.goal, budget: totals.budget, of: sample.ids)
    return sample.ids.indices.filter { !(successes[sample.ids[$0]] ?? false) }
  }
}
