import Attacks
import Figures
import Runs
import Statistics
import Text

extension ReproductionContext {
  /// The budgets of attacks, in L∞: dense where images fall, and those that the paper names.
  func budgets() throws -> BudgetList {
    try BudgetList(
      parsing: settings.isQuick ? "0,0.02,0.1,0.2,0.4" : "0,0.01,0.02,0.03,0.05,0.075,0.1,0.15,0.2,0.3,0.4,0.5",
      norm: LInfinity())
  }
}

extension Attack {
  /// Acronyms in capitals, as the papers write them.
  var title: String { RunConfiguration.Attack(self).title }
}

extension LinePlot.Point {
  /// A share in [0, 1] as a point in percent; `note` says what it is of.
  init(x: Double, _ share: Proportion, note: String) {
    let value = share.value ?? 0
    self.init(
      x: x, y: 100 * value, lower: 100 * share.lower, upper: 100 * share.upper,
      note: "\(note): \(NumberFormat.percent(value)) (\(Cell.interval(share.lower, share.upper)))")
  }
}
