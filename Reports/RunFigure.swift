import Evaluation

/// A figure of a run with the table of the numbers behind it.
struct RunFigure {
  /// File name without extension, and anchor on the page.
  var id: String
  var caption: String
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
          id: "accuracy", title: "Accuracy under untargeted attack",
          caption: "Share of all images still classified correctly. \(bands)", yLabel: "accuracy, %",
          curves: accuracyCurves(untargeted, summary, names), summary: summary))
    }
    if !summary.worstCases.isEmpty {
      let curves = summary.configuration.models.indices.map { model in
        Curve(
          name: names.models[model],
          cells: summary.worstCases.filter { $0.modelIndex == model }.map { ($0.budgetIndex, $0.accuracy) },
          atZero: summary.cleanAccuracies[model].accuracy)
      }
      figures.append(
        RunFigure(
          id: "worst-case", title: "Accuracy in the worst case",
          caption: "Share of all images still classified correctly under every attack and goal of this run. \(bands)",
          yLabel: "accuracy, %", curves: curves, summary: summary))
    }
    for attack in summary.configuration.attacks.indices {
      let cells = summary.results.filter { $0.attackIndex == attack && $0.goal.isTargeted }
      guard !cells.isEmpty else { continue }
      let several = summary.configuration.goals.count(where: \.isTargeted) > 1
      let goal = several ? "" : ", \(names.goal(cells[0].goal))"
      figures.append(
        RunFigure(
          id: "success-\(attack + 1)", title: "Success of targeted \(names.attacks[attack])\(goal)",
          caption: """
            Share of the images that were right before, and do not show the target, that the attack turns into the \
            target\(cells.contains { $0.goal == .each } ? "; for “each class” the mean over targets" : ""). \(bands)
            """,
          yLabel: "success rate, %", curves: successCurves(cells, names, several: several), summary: summary,
          showsChance: false))
    }
    return figures
  }

  private static let bands = "Bands are 95% Wilson intervals."

  private struct Curve {
    var name: String
    var cells: [(budget: Int, share: Proportion)]
    /// What no perturbation gives, where that is known.
    var atZero: Proportion?
  }

  private static func accuracyCurves(_ cells: [RunSummary.Cell], _ summary: RunSummary, _ names: Names) -> [Curve] {
    let several = summary.configuration.attacks.count > 1
    return summary.configuration.models.indices.flatMap { model in
      summary.configuration.attacks.indices.map { attack in
        Curve(
          name: several ? "\(names.models[model]), \(names.attacks[attack])" : names.models[model],
          cells: cells.filter { $0.modelIndex == model && $0.attackIndex == attack }
            .map { ($0.budgetIndex, $0.accuracy) },
          atZero: summary.cleanAccuracies[model].accuracy)
      }
    }
  }

  private static func successCurves(_ cells: [RunSummary.Cell], _ names: Names, several: Bool) -> [Curve] {
    var curves: [Curve] = []
    for cell in cells {
      let model = names.models[cell.modelIndex]
      let name = several ? "\(model), \(names.goal(cell.goal))" : model
      if curves.last?.name != name { curves.append(Curve(name: name, cells: [])) }
      curves[curves.count - 1].cells.append((cell.budgetIndex, cell.successRate))
    }
    return curves
  }

  private init(
    id: String, title: String, caption: String, yLabel: String, curves: [Curve], summary: RunSummary,
    showsChance: Bool = true
  ) {
    let budgets = summary.configuration.budgets
    let classes = summary.configuration.classCount
    self.id = id
    self.caption = caption
    let startsAtZero = budgets.contains { $0.value == 0 }
    let series = curves.map { curve in
      var points = curve.cells.compactMap { cell in
        Self.point(Double(budgets[cell.budget].value), budgets[cell.budget].text, curve.name, cell.share)
      }
      if !startsAtZero, let clean = curve.atZero, let point = Self.point(0, "0", curve.name, clean) {
        points.insert(point, at: 0)
      }
      return LinePlot.Series(name: curve.name, points: points.sorted { $0.x < $1.x })
    }
    let largest = Double(budgets.map(\.value).max() ?? 0)
    plot = LinePlot(
      title: title, xLabel: "ε, in pixel values of [0, 1]", yLabel: yLabel,
      top: (label: "ε, in steps of 1/255", factor: 255), xMaximum: largest > 0 ? largest : 1 / 255, series: series,
      reference: showsChance && classes > 1
        ? LinePlot.Reference(
          y: 100 / Double(classes), label: "chance, \(NumberFormat.short(100 / Double(classes), 1))%") : nil)
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
