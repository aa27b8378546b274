import Attacks
import Runs
import Statistics

/// Each curve of a run in a few numbers: the area under it, and at which ε its images fall.
enum CurveTable {
  static let columns = [
    "area", "images right before", "10%", "25%", "median", "75%", "90%", "never beaten",
  ]

  static let caption = """
    Area: mean accuracy over ε from 0 to the largest of the run. Then, of the images that were right before, the smallest ε \
    of the run that beat them: quantiles, with a 95% interval for the median. On a grid of ε each is known only up to the \
    ε before it; an image that none beats takes more than the largest, not infinity.
    """

  static func rows(_ summary: RunSummary) -> [(name: String, cells: [String])] {
    let names = Names(summary.configuration)
    return summary.curves.map { curve in
      let epsilon = EpsilonText(summary.configuration)
      let smallest = curve.smallestEpsilon
      let quantiles = smallest.quantiles.map { quantile in
        quantile.probability == 0.5
          ? epsilon.textWithInterval(quantile, smallest) : epsilon.text(quantile.value, smallest)
      }
      let name =
        "\(names.models[curve.modelIndex]), \(names.attacks[curve.attackIndex]), \(names.goal(curve.goal))"
      return (
        name,
        [curve.areaUnderCurve?.text ?? "–", "\(smallest.trials)"] + quantiles
          + ["\(smallest.trials - smallest.beaten)"]
      )
    }
  }

  /// Budgets as the user wrote them.
  private struct EpsilonText {
    private let texts: [Float: String]

    init(_ configuration: RunConfiguration) {
      texts = Dictionary(configuration.budgets.map { ($0.value, $0.text) }, uniquingKeysWith: { first, _ in first })
    }

    func text(_ value: Float?, _ smallest: RunSummary.SmallestEpsilon) -> String {
      if smallest.trials == 0 { return "–" }
      return value.map { texts[$0] ?? "\($0)" }
        ?? "> \(texts[smallest.largestEpsilon] ?? "\(smallest.largestEpsilon)")"
    }

    func textWithInterval(_ quantile: CensoredQuantile, _ smallest: RunSummary.SmallestEpsilon) -> String {
      if smallest.trials == 0 { return "–" }
      let lower = quantile.lower == 0 ? "0" : text(quantile.lower, smallest)
      // No dash before the sign of “more than”: it would look like an arrow.
      let interval = quantile.upper == nil ? "≥ \(lower)" : "\(lower)–\(text(quantile.upper, smallest))"
      return "\(text(quantile.value, smallest)) (\(interval))"
    }
  }
}
