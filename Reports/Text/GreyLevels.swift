import Attacks
import Runs
import Text

/// ε on the other scale that people know it by: in L∞, grey levels of 8-bit images.
enum GreyLevels {
  /// For example `0.05 (12.75/255)`; just the text where it says so already, or where the norm has no such scale.
  static func text(_ budget: Budget, norm: any Norm) -> String {
    guard let levels = levels(budget, norm: norm) else { return budget.text }
    return "\(budget.text) (\(levels)/255)"
  }

  /// What the smallest and the largest ε of a run are in grey levels, in words; nil if all say so already.
  static func line(_ configuration: RunConfiguration) -> String? {
    let stated = configuration.budgets.filter { $0.value > 0 }.compactMap { budget in
      levels(budget, norm: configuration.norm).map { (budget.text, $0) }
    }
    guard let first = stated.first, let last = stated.last else { return nil }
    let ends = stated.count > 1 ? "\(first.0) is \(first.1), \(last.0)" : last.0
    return "ε in grey levels of 8-bit images: \(ends) is \(last.1)/255"
  }

  private static func levels(_ budget: Budget, norm: any Norm) -> String? {
    guard let factor = norm.otherScale?.factor, factor == 255, budget.value > 0, !budget.text.hasSuffix("/255") else {
      return nil
    }
    return NumberFormat.short(budget.number * factor, 2)
  }
}
