import Attacks
package import Runs

extension ExamplePictures {
  /// The columns of `images/manifest.csv` in a run: what they are called there, and in the row of an example.
  static let runColumns = [
    "file", "model", "attack", "attack_parameters", "goal", "target", "epsilon", "epsilon_text", "first_epsilon",
    "image", "label", "clean_prediction", "prediction", "fools", "png_prediction", "still_fools", "linf_levels",
  ].map { ($0, $0 == "png_prediction" ? "file_prediction" : $0) }

  /// What manifests say of an example: that of an export all, that of a run the `runColumns`.
  ///
  /// - Parameters:
  ///   - file: where it is.
  ///   - attack: what made it.
  ///   - firstBudget: the budget that found it; nil if the attack failed.
  ///   - clean: what the model takes the original for, if that was asked.
  package func row(
    _ record: EvaluationRecord, file: String, attack: RunConfiguration.Attack, firstBudget: Int?, clean: Prediction?,
    _ verdict: ExampleVerdict
  ) -> ManifestRow {
    let names = configuration.dataset.classNames
    let (budget, attack) = (configuration.budgets[record.budget], attack.columns)
    /// As few digits as tell the number from other 32-bit numbers.
    func number(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }
    /// To a billionth: the digits beyond are rounding.
    func rounded(_ value: Double) -> Double { (value * 1e9).rounded() / 1e9 }
    return ManifestRow([
      ("file", file), ("row", nil), ("model", configuration.distinctModelNames[record.model]),
      ("model_sha256", configuration.models[record.model].sha256), ("attack", attack[0]),
      ("attack_parameters", attack[1]), ("goal", configuration.goals[record.goal].rawValue),
      ("target", record.target), ("target_name", record.target.map { names[$0] }), ("epsilon", budget.number),
      ("epsilon_text", budget.text), ("first_epsilon", firstBudget.map { configuration.budgets[$0].number }),
      ("epsilon_levels", ExampleLevels.radius(budget, configuration.norm)), ("seed", "\(record.seed)"),
      ("image", record.image), ("label", record.label), ("label_name", names[record.label]),
      ("clean_prediction", record.cleanPrediction), ("clean_confidence", clean.map { number($0.confidence) }),
      ("clean_margin", clean.map { number($0.margin) }), ("prediction", record.prediction), ("fools", record.success),
      ("file_prediction", verdict.prediction.classIndex),
      ("file_prediction_name", names[verdict.prediction.classIndex]),
      ("file_confidence", number(verdict.prediction.confidence)), ("file_margin", number(verdict.prediction.margin)),
      ("still_fools", verdict.stillFools), ("linf", rounded(verdict.linf)),
      ("linf_levels", (255 * verdict.linf * 1000).rounded() / 1000), ("l2", rounded(verdict.l2)),
      ("norm", configuration.norm.name), ("distance", rounded(verdict.distance)),
      ("inside_budget", verdict.isInsideBudget), ("survives", verdict.survives),
    ])
  }
}
