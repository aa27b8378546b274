import Attacks
import Comparison
import Figures
import Runs
import Statistics
import Text

/// The curves of all models of a comparison under one attack and goal.
struct ComparisonFigure {
  /// File name without extension, and anchor on the page.
  var id: String
  var caption: String
  var plot: LinePlot

  static func all(of comparison: RunComparison) -> [ComparisonFigure] {
    let names = ComparisonNames(comparison)
    let clean = comparison.rows.first { $0.attack == nil }
    return names.blocks.enumerated().map { index, block in
      let series = comparison.columns.indices.map { column in
        LinePlot.Series(
          name: comparison.columns[column].label,
          points: ([clean].compactMap { $0 } + block).compactMap { row in
            row.accuracies[column].flatMap { point(row, $0, comparison.columns[column].label) }
          })
      }
      let largest = block.compactMap(\.budget).map { Double($0.value) }.max() ?? 1
      let norm = block[0].norm
      let classes = comparison.dataset.classNames.count
      return ComparisonFigure(
        id: "accuracy-\(index + 1)",
        caption: """
          Share of the \(NumberFormat.grouped(comparison.images.count)) shared images still classified correctly. Bands \
          are 95% Wilson intervals; whether two curves differ is for the paired differences below to say.
          """,
        plot: LinePlot(
          title: "Accuracy under \(names.title(block[0]))", xLabel: "ε, \(norm.unit)",
          yLabel: "accuracy, %", top: norm.otherScale, xMaximum: largest, series: series,
          reference: classes > 1
            ? LinePlot.Reference(
              y: 100 / Double(classes), label: "chance, \(NumberFormat.short(100 / Double(classes), 1))%") : nil))
    }
  }

  private static func point(_ row: RunComparison.Row, _ share: Proportion, _ name: String) -> LinePlot.Point? {
    share.value.map {
      LinePlot.Point(
        x: Double(row.budget?.value ?? 0), y: $0 * 100, lower: share.lower * 100, upper: share.upper * 100,
        note: "\(name), ε = \(row.budget?.text ?? "0"): \(share.text)")
    }
  }
}
