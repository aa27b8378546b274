import Attacks
import Diagnostics
import Runs

/// What the records of a run say against it by themselves, whether or not trust checks were made.
///
/// Some trust checks do no more than count what was noted in the records during the attack. Where one of them was left out,
/// its count is taken here, and what would be an error of the check is a doubt.
enum RecordDoubts {
  private struct Sign {
    /// The check that judges it.
    let check: String
    /// In how many of how many images it shows, if that is an error.
    let affected: @Sendable (TrustCheckTotals) -> (count: Int, of: Int)?
    let words: String
    let remedy: String
  }

  private static let signs = [
    Sign(
      check: "non-finite",
      affected: { $0.imagesWithNonFiniteScores > 0 ? ($0.imagesWithNonFiniteScores, $0.images) : nil },
      words: "scores were NaN or infinite, so that the class predicted from them means nothing",
      remedy: "repair the model: overflow in exp, division by zero, or logarithm of zero are the usual causes"),
    Sign(
      check: "non-finite", affected: { error($0.flagged(.nonFiniteGradient), of: $0.trials) },
      words: "the gradient was NaN or infinite, which moves no pixel",
      remedy: "repair the reverse pass: a square root, norm or logarithm at zero is the usual cause"),
    Sign(
      check: "zero-gradients", affected: { error($0.survivors(flagged: .zeroGradient), of: $0.trials) },
      words: "the gradient was exactly zero and the image kept its class, so that it was not attacked",
      remedy: "attack another loss, such as \(Setting.objective.set(to: "margin"))"),
    Sign(
      check: "silent-success",
      affected: { $0.flagged(.silentSuccess) > 0 ? ($0.flagged(.silentSuccess), $0.trials) : nil },
      words: "the goal was reached on the attack's path, but another image was returned",
      remedy: "let the attack return the last successful image on its path"),
  ]

  private static func error(_ count: Int, of trials: Int) -> (count: Int, of: Int)? {
    Significance.severity(count, of: trials) == .error ? (count, trials) : nil
  }

  /// One sentence per model, attack, goal and sign, about the budget where most images show it.
  ///
  /// - Parameter judged: the checks that were made, which have judged their own signs.
  /// - Throws: `InputError` of kind `.output` if `store` can't be read.
  static func sentences(of store: RunStore, judged: Set<String>) throws -> [String] {
    let open = signs.filter { !judged.contains($0.check) }
    guard !open.isEmpty else { return [] }
    let configuration = store.configuration
    var sentences: [String] = []
    for (model, name) in configuration.distinctModelNames.enumerated() {
      let totals = try store.checkTotals(model: model)
      for (attack, description) in configuration.attacks.map(\.description).enumerated() {
        for (goal, kind) in configuration.goals.enumerated() {
          let cells = totals.filter { $0.attack == attack && $0.goal == goal }
          for sign in open {
            let affected = cells.compactMap { cell in sign.affected(cell).map { (cell.budget, $0) } }
            guard let (budget, worst) = affected.max(by: { $0.1.count < $1.1.count }) else { continue }
            sentences.append(
              """
              \(sign.check) (\(name), \(description), \(kind.rawValue), ε = \(configuration.budgets[budget].text)): in \
              \(share(worst.count, of: worst.of)) images, \(sign.words). Remedy: \(sign.remedy).
              """)
          }
        }
      }
    }
    return sentences
  }
}
