import Attacks
import Files
public import Runs
import Statistics

extension CSVReport {
  private static let curveHeader =
    [
      "model", "attack", "attack_parameters", "goal", "area", "area_lower", "area_upper", "trials", "beaten",
      "largest_epsilon", "largest_epsilon_text",
    ]
    + ["q10", "q25", "q50", "q75", "q90"].flatMap { [$0, "\($0)_lower", "\($0)_upper"] }

  /// `curves.csv`: one line per model, attack and goal; a quantile or bound above the largest ε is empty.
  public static func curves(_ summary: RunSummary) -> String {
    let configuration = summary.configuration
    let models = configuration.distinctModelNames
    func epsilon(_ value: Float) -> String { value == 0 ? "0.0" : configuration.columns(ofBudget: value)[0] }
    let rows = summary.curves.map { curve -> [String] in
      let smallest = curve.smallestEpsilon
      var row = [models[curve.modelIndex]] + configuration.attacks[curve.attackIndex].columns
      row.append(curve.goal.rawValue)
      row += curve.areaUnderCurve.map(share) ?? ["", "", ""]
      row += ["\(smallest.trials)", "\(smallest.beaten)"]
      row += configuration.columns(ofBudget: smallest.largestEpsilon)
      for quantile in smallest.quantiles {
        row += [quantile.value.map(epsilon) ?? "", epsilon(quantile.lower), quantile.upper.map(epsilon) ?? ""]
      }
      return row
    }
    return CSV.text([curveHeader] + rows)
  }
}
