import Diagnostics
import Figures
import Files
package import Foundation
package import Inspection
import Text

/// What the layers of a model do, as text, JSON and figures.
package enum InspectionReport {
  /// A table of layers, and one of routing if there is any.
  ///
  /// - Parameter width: the columns of a line.
  package static func text(_ inspection: ModelInspection, width: Int = 80) -> String {
    let images = NumberFormat.grouped(inspection.images)
    let right = NumberFormat.percent(Double(inspection.correct) / Double(inspection.images))
    var text =
      "\(PrintableText.line(inspection.model)) on \(images) images of \(inspection.dataset) (\(inspection.split)): \(right) right\n\n"
    var rows: [[String]?] = [
      [
        "layer", "units", "mean", "5%", "25%", "median", "75%", "95%", "largest", "alive above", "dead units",
        "dead types",
      ],
      nil,
    ]
    for layer in inspection.layers {
      let distribution = layer.activations
      rows.append(
        [
          layer.name,
          layer.positions > 1 ? "\(layer.rows)×\(layer.columns)×\(layer.types)" : "\(layer.types)",
          significant(distribution.mean),
        ] + distribution.quantiles.map { significant($0.value) } + [
          significant(distribution.largest), range(layer.aliveAbove), "\(layer.deadUnits) of \(layer.units)",
          "\(layer.deadTypes.count) of \(layer.types)",
        ])
    }
    text += TextTable.aligned(rows, flushRight: 1..., width: width)
    text += notes(inspection).map { TextLines.wrapped($0, width: width).joined(separator: "\n") + "\n" }.joined()
    let routed = inspection.layers.filter { !$0.routing.isEmpty }
    if !routed.isEmpty { text += "\n" + routing(routed, width) }
    return text
  }

  private static func notes(_ inspection: ModelInspection) -> [String] {
    var lines = [
      "Dead: never above the activity in “alive above” on any of these images; a type is dead if it is so everywhere."
    ]
    for layer in inspection.layers {
      if layer.activations.nonFinite > 0 {
        lines.append("\(layer.name): \(layer.activations.nonFinite) activations are NaN or infinite, and left out.")
      }
      if layer.nonFiniteImages > 0 {
        lines.append("\(layer.name): the routing of \(layer.nonFiniteImages) images is not finite, and left out.")
      }
    }
    return lines
  }

  private static func routing(_ layers: [ModelInspection.Layer], _ width: Int) -> String {
    var rows: [[String]?] = [
      [
        "layer", "iteration", "free energy", "entropy of R", "of uniform", "vote distance", "vote variance",
        "activation",
      ]
    ]
    for layer in layers {
      rows.append(nil)
      for (t, iteration) in layer.routing.enumerated() {
        rows.append([
          t == 0 ? layer.name : "", "\(t + 1)", iteration.freeEnergy.map { NumberFormat.fixed($0.mean, 1) } ?? "–",
          NumberFormat.fixed(iteration.entropy.mean, 3), NumberFormat.percent(iteration.entropyShare.mean),
          iteration.voteDistance.map { significant($0.mean) } ?? "–",
          iteration.voteVariance.map { significant($0.mean) } ?? "–", significant(iteration.activation.mean),
        ])
      }
    }
    let hasEnergy = layers.contains { $0.routing[0].freeEnergy != nil }
    let notes = "Means over images. R: a child's assignments to its parents." + (hasEnergy ? " " + energyNotes : "")
    return TextTable.aligned(rows, flushRight: 1..., width: width)
      + TextLines.wrapped(notes, width: width).joined(separator: "\n") + "\n"
  }

  private static let energyNotes = """
    Free energy: Eq. 4 of Hinton, Sabour & Frosst 2018, in nats. Vote distance and variance: of votes to their parent's \
    mean, by assignment; less is more agreement.
    """

  /// `inspection.json`.
  package static func json(_ inspection: ModelInspection) throws -> Data {
    try JSONEncoder.readable.encode(inspection) + Data("\n".utf8)
  }

  /// A histogram of the activations of every layer.
  package static func activationsFigure(_ inspection: ModelInspection) -> String {
    PanelGrid(
      title: "\(inspection.model): activations on \(inspection.images) images of \(inspection.dataset)",
      caption: ["Shares of all units and images, in logarithmic scale over six decades."],
      columns: inspection.layers.map(\.name), rows: [], xLabel: "activation",
      panels: [
        inspection.layers.map { layer in
          let total = Double(max(layer.activations.histogram.reduce(0, +), 1))
          let shares = layer.activations.histogram.map { Double($0) / total }
          return PanelGrid.Panel(
            content: .bars(shares), x: PanelGrid.upTo(layer.activations.histogramMaximum), y: 1e-6...1,
            isLogarithmic: true, note: "\(layer.name): median \(significant(layer.activations.quantiles[2].value))")
        }
      ]
    ).svg()
  }

  /// Free energy, entropy, agreement and activation by iteration of every routed layer; nil if there is none.
  package static func routingFigure(_ inspection: ModelInspection) -> String? {
    let layers = inspection.layers.filter { !$0.routing.isEmpty }
    guard !layers.isEmpty else { return nil }
    typealias Measure = (name: String, of: (ModelInspection.Iteration) -> Double?)
    let all: [Measure] = [
      ("free energy, nats", { $0.freeEnergy?.mean }), ("entropy of R, % of uniform", { 100 * $0.entropyShare.mean }),
      ("vote distance", { $0.voteDistance?.mean }), ("vote variance", { $0.voteVariance?.mean }),
      ("activation", { $0.activation.mean }),
    ]
    let measures = all.filter { measure in layers.contains { measure.of($0.routing[0]) != nil } }
    return PanelGrid(
      title: "\(inspection.model): routing on \(inspection.images) images of \(inspection.dataset)",
      caption: ["Means over images. Every panel has its own scale, which need not begin at zero."],
      columns: measures.map(\.name), rows: layers.map(\.name), xLabel: "iteration",
      panels: layers.map { layer in
        measures.map { measure -> PanelGrid.Panel? in
          let values = layer.routing.compactMap(measure.of)
          guard values.count == layer.routing.count else { return nil }
          return PanelGrid.Panel(
            content: .line(values), x: 0.7...(Double(values.count) + 0.3), y: PanelGrid.round(values),
            note: "\(layer.name), \(measure.name): \(values.map(significant).joined(separator: ", "))")
        }
      }
    ).svg()
  }

  /// One number, or the smallest and the largest.
  private static func range(_ values: [Double]) -> String {
    let (low, high) = (significant(values.min() ?? 0), significant(values.max() ?? 0))
    return low == high ? low : "\(low)–\(high)"
  }

  /// Three significant digits.
  private static func significant(_ value: Double) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    let magnitude = Int(floor(log10(abs(value))))
    guard magnitude >= -5 else { return String(format: "%.1e", value) }
    return NumberFormat.fixed(value, max(0, min(6, 2 - magnitude)))
  }
}
