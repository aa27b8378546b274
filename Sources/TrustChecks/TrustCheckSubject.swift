import Attacks
import Diagnostics
import Models
import Runs
import Sweeps
import Tensors

/// One model of a complete run, as checks see it.
struct TrustCheckSubject: Sendable {
  let sweep: Sweep
  let store: RunStore
  /// Its position in the configuration.
  let model: Int
  /// By attack, goal and budget, in that order.
  let totals: [TrustCheckTotals]
  let sample: TrustCheckSample
  /// Before any attack.
  let answers: CleanAnswers
  /// Whether more than a small share of the sweep's work may be done.
  let isThorough: Bool

  /// What the run measures perturbations by: an attack that a check adds is held to the same.
  var norm: any Norm { configuration.norm }
  var configuration: RunConfiguration { sweep.configuration }
  var classifier: any Classifier { sweep.models[model] }
  var name: String { configuration.models[model].name }

  func totals(attack: Int, goal: Int) -> [TrustCheckTotals] { totals.filter { $0.attack == attack && $0.goal == goal } }

  /// What accuracy an explanation of the answers must lead to: half of what the checkpoint records, or a third.
  var plausibleAccuracy: Double { (configuration.models[model].testAccuracy ?? 2 / 3) / 2 }

  /// Every attack with every goal for which there was something to beat, with the totals at each budget above 0.
  var trials: [(attack: Int, goal: Int, totals: [TrustCheckTotals])] {
    configuration.attacks.indices.flatMap { attack in
      configuration.goals.indices.compactMap { goal in
        let positive = totals(attack: attack, goal: goal).filter {
          configuration.budgets[$0.budget].value > 0 && $0.trials > 0
        }
        return positive.isEmpty ? nil : (attack, goal, positive)
      }
    }
  }

  /// The untargeted ones of `trials`, of attacks that climb something: noise is expected to be weak.
  var untargetedTrials: [(attack: Int, goal: Int, totals: [TrustCheckTotals])] {
    trials.filter { configuration.goals[$0.goal] == .untargeted && sweep.attacks[$0.attack].objective != nil }
  }

  /// Where an attack can best be compared with another: the smallest of `totals` at which half the images are beaten, or the
  /// largest.
  func referenceTotals(_ totals: [TrustCheckTotals]) -> TrustCheckTotals {
    totals.first { 2 * $0.successes >= $0.trials } ?? totals[totals.count - 1]
  }

  func epsilon(_ totals: TrustCheckTotals) -> Float { configuration.budgets[totals.budget].value }
  func epsilonText(_ totals: TrustCheckTotals) -> String { "ε = \(configuration.budgets[totals.budget].text)" }

  /// How findings call an attack: `FGSM`, or with its goal if there are several.
  func title(attack: Int, goal: Int? = nil) -> String {
    let title = configuration.attacks[attack].title
    guard let goal, configuration.goals.count > 1 || configuration.goals[goal] != .untargeted else { return title }
    return "\(title) (\(configuration.goals[goal]))"
  }

  func scope(_ totals: TrustCheckTotals) -> Finding.Scope {
    Finding.Scope(model: model, attack: totals.attack, goal: totals.goal, budget: totals.budget)
  }

  /// What to attack instead of a loss that gives no usable gradient.
  func betterObjective(than objective: Objective?) -> String {
    switch objective {
    case nil: "an attack with gradients, such as \(Setting.attacks.set(to: "pgd"))"
    case .ownLoss: "\(Self.ascending(.crossEntropy)) or \(Self.ascending(.margin))"
    case .crossEntropy: "\(Self.ascending(.margin)) or \(Self.ascending(.dlr))"
    case .margin, .dlr: Self.ascending(.crossEntropy)
    }
  }

  private static func ascending(_ objective: Objective) -> String { Setting.objective.set(to: objective.rawValue) }
}
