import Attacks
import Figures
import Runs
import Statistics
import Text

/// A figure of a run with the table of the numbers behind it.
struct RunFigure {
  /// File name without extension, and anchor on the page.
  var id: String
  /// What its shares are of.
  var definition: String
  var caption: String
  /// By series: its model, and its attack or goal if there are several.
  var heads: [[String]]
  var plot: LinePlot
  /// ε as the user wrote it, then one cell for each series.
  var rows: [(epsilon: String, cells: [String])]

  /// Accuracy of untargeted attacks, the worst case over several, and success of targeted ones by attack.
  static func all(of summary: RunSummary) -> [RunFigure] {
    let names = Names(summary.configuration)
    var figures: [RunFigure] = []
    let untargeted = summary.results.filter { $0.goal == .untargeted }
    if !untargeted.isEmpty {
      figures.append(
        RunFigure(
          id: accuracyID, title: "Accuracy under untargeted attack",
          definition: "Share of all images still classified correctly.", yLabel: "accuracy, %",
          curves: accuracyCurves(untargeted, summary, names), summary: summary, dashes: names.attacks))
    }
    if !summary.worstCases.isEmpty {
      let curves = summary.configuration.models.indices.map { model in
        Curve(
          heads: [names.models[model]], kind: nil,
          cells: summary.worstCases.filter { $0.modelIndex == model }.map { ($0.budgetIndex, $0.accuracy) },
          atZero: summary.cleanAccuracies[model].accuracy)
      }
      figures.append(
        RunFigure(
          id: "worst-case", title: "Accuracy in the worst case",
          definition: "Share of all images still classified correctly under every attack and goal of this run.",
          yLabel: "accuracy, %", curves: curves, summary: summary))
    }
    for attack in summary.configuration.attacks.indices {
      let cells = summary.results.filter { $0.attackIndex == attack && $0.goal.isTargeted }
      guard !cells.isEmpty else { continue }
      let goals = summary.configuration.goals.filter(\.isTargeted)
      let goal = goals.count > 1 ? "" : ", \(names.goal(cells[0].goal))"
      figures.append(
        RunFigure(
          id: "success-\(attack + 1)", title: "Success of targeted \(names.attacks[attack])\(goal)",
          definition: """
            Share of the images that were right before, and do not show the target, that the attack turns into the \
            target\(cells.contains { $0.goal == .each } ? "; for “each class” the mean over targets" : "").
            """,
          yLabel: "success rate, %", curves: successCurves(cells, names, goals: goals), summary: summary,
          dashes: goals.map(names.goal), showsChance: false))
    }
    return figures
  }

  private static let accuracyID = "accuracy"

  /// What the bands are, and what they are not for.
  private static func bands(_ summary: RunSummary, id: String) -> String {
    let bands = "Bands are 95% Wilson intervals"
    // What the paired tests are of.
    return id != accuracyID || summary.pairedDifferences.isEmpty
      ? bands + "." : bands + "; whether two curves differ is for the paired tests to say, not for them."
  }

  private struct Curve {
    /// Its model, and its attack or goal if there are several.
    var heads: [String]
    /// Its model, and its attack or goal; nil where they are of one model.
    var kind: (color: Int, dash: Int)?
    var cells: [(budget: Int, share: Proportion)]
    /// What no perturbation gives, where that is known.
    var atZero: Proportion?
    var name: String { heads.joined(separator: ", ") }
  }

  private static func accuracyCurves(_ cells: [RunSummary.Cell], _ summary: RunSummary, _ names: Names) -> [Curve] {
    let several = summary.configuration.attacks.count > 1
    return summary.configuration.models.indices.flatMap { model in
      summary.configuration.attacks.indices.map { attack in
        Curve(
          heads: [names.models[model]] + (several ? [names.attacks[attack]] : []),
          kind: several && summary.configuration.models.count > 1 ? (model, attack) : nil,
          cells: cells.filter { $0.modelIndex == model && $0.attackIndex == attack }
            .map { ($0.budgetIndex, $0.accuracy) },
          atZero: summary.cleanAccuracies[model].accuracy)
      }
    }
  }

  private static func successCurves(_ cells: [RunSummary.Cell], _ names: Names, goals: [TargetChoice]) -> [Curve] {
    let several = goals.count > 1
    var curves: [Curve] = []
    for cell in cells {
      let model = names.models[cell.modelIndex]
      let heads = [model] + (several ? [names.goal(cell.goal)] : [])
      if curves.last?.heads != heads {
        let kind = goals.firstIndex(of: cell.goal).map { (color: cell.modelIndex, dash: $0) }
        curves.append(Curve(heads: heads, kind: several && names.models.count > 1 ? kind : nil, cells: []))
      }
      curves[curves.count - 1].cells.append((cell.budgetIndex, cell.successRate))
    }
    return curves
  }

  private init(
    id: String, title: String, definition: String, yLabel: String, curves: [Curve], summary: RunSummary,
    dashes: [String] = [], showsChance: Bool = true
  ) {
    let budgets = summary.configuration.budgets
    let classes = summary.configuration.classCount
    self.id = id
    self.definition = definition
    caption = "\(definition) \(Self.bands(summary, id: id))"
    heads = curves.map(\.heads)
    let startsAtZero = budgets.contains { $0.value == 0 }
    let series = curves.map { curve in
      var points = curve.cells.compactMap { cell in
        Self.point(Double(budgets[cell.budget].value), budgets[cell.budget].text, curve.name, cell.share)
      }
      if !startsAtZero, let clean = curve.atZero, let point = Self.point(0, "0", curve.name, clean) {
        points.insert(point, at: 0)
      }
      return LinePlot.Series(name: curve.name, points: points.sorted { $0.x < $1.x }, kind: curve.kind)
    }
    let largest = Double(budgets.map(\.value).max() ?? 0)
    let norm = summary.configuration.norm
    plot = LinePlot(
      title: title, xLabel: "ε, \(norm.unit)", yLabel: yLabel,
      top: norm.otherScale, xMaximum: largest > 0 ? largest : 1 / 255, series: series,
      reference: showsChance && classes > 1
        ? LinePlot.Reference(
          y: 100 / Double(classes), label: "chance, \(NumberFormat.short(100 / Double(classes), 1))%") : nil,
      // One model, or one attack, needs no key: the legend names the curves.
      key: dashes.count > 1 && summary.configuration.models.count > 1
        ? LinePlot.Key(colors: Names(summary.configuration).models, dashes: dashes) : nil)
    rows = budgets.enumerated().map { index, budget in
      (budget.text, curves.map { $0.cells.first { $0.budget == index }?.share.text ?? "–" })
    }
    if !startsAtZero, curves.contains(where: { $0.atZero != nil }) {
      rows.insert(("0 (clean)", curves.map { $0.atZero?.text ?? "–" }), at: 0)
    }
  }

  private static func point(_ x: Double, _ epsilon: String, _ name: String, _ share: Proportion) -> LinePlot.Point? {
    share.value.map {
      LinePlot.Point(
        x: x, y: $0 * 100, lower: share.lower * 100, upper: share.upper * 100,
        note: "\(name), ε = \(epsilon): \(share.text)")
    }
  }
}
