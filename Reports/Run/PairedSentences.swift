import Comparison
import Runs

/// Whether the models of a run differ under an attack with a goal, by the paired tests of `robust compare`.
struct PairedSentences {
  private let names: Names
  private let differences: [RunSummary.PairedDifference]

  init(_ summary: RunSummary, attack: Int, goal: Int) {
    names = Names(summary.configuration)
    differences = summary.pairedDifferences.filter {
      ($0.attackIndex, $0.goalIndex) == (attack, goal) || $0.attackIndex == nil
    }
  }

  /// At the budget: one sentence for each model compared.
  func verdicts(budget: Int) -> [String] {
    differences.filter { $0.budgetIndex == budget }.map { difference in
      let (model, reference) = (names.models[difference.modelIndex], names.models[difference.referenceIndex])
      let numbers =
        "the difference of \(model) from \(reference), on the same images, is \(PairedText.text(difference))"
      guard difference.isSignificant else {
        return "There these images do not settle which of \(reference) and \(model) withstands it better: \(numbers)."
      }
      let (better, worse) = difference.difference > 0 ? (model, reference) : (reference, model)
      return "There \(better) withstands it better than \(worse): \(numbers)."
    }
  }

  /// Between which ε of the run curves cross, and where either model is ahead beyond chance: one sentence for each pair
  /// whose curves do.
  var crossings: [String] {
    let groups = Dictionary(grouping: differences, by: \.modelIndex)
    return groups.keys.sorted().compactMap { key in
      let points = groups[key]!.sorted { $0.epsilon < $1.epsilon }.filter { $0.difference != 0 }
      let changes = zip(points, points.dropFirst()).filter { ($0.difference > 0) != ($1.difference > 0) }
      guard let first = points.first, !changes.isEmpty else { return nil }
      let (model, reference) = (names.models[key], names.models[first.referenceIndex])
      let places = changes.map { "between ε = \($0.epsilonText) and \($1.epsilonText)" }
      func ahead(_ isModel: Bool) -> String {
        let decided = points.filter { $0.isSignificant && ($0.difference > 0) == isModel }.map(\.epsilonText)
        return decided.isEmpty ? "at no ε" : "at ε = \(ResultSentences.list(decided))"
      }
      return """
        The curves of \(reference) and \(model) cross \(ResultSentences.list(places)): beyond chance, \(reference) is ahead \
        \(ahead(false)), \(model) \(ahead(true)).
        """
    }
  }
}
