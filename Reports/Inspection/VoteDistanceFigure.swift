import Figures
import Files
package import Inspection
import Text

/// Histograms of vote distances by iteration and class capsule, as in Figs. 2 and B.2 of the paper.
package enum VoteDistanceFigure {
  /// Linear counts on one scale, as in Fig. 2: `distances` should end where the figure is to be clipped.
  package static func clipped(_ distances: VoteDistances, classes: [String], title: String) -> String {
    let all = distances.weights.flatMap { $0.flatMap { $0 } }
    return grid(
      distances, classes, title,
      caption: [
        "Votes within \(NumberFormat.short(distances.maximum, 4)) of the mean; all histograms have the same scale.",
        "Of all assigned votes, these are "
          + distances.sharesInside.map { NumberFormat.percent($0, decimals: 2) }.joined(separator: ", ")
          + " in iterations 1 to \(distances.iterations).",
        definition,
      ]
    ) { _ in (PanelGrid.fromZero(all), false) }.svg()
  }

  /// Logarithmic counts, each histogram on its own scale, as in Fig. B.2.
  package static func complete(_ distances: VoteDistances, classes: [String], title: String) -> String {
    grid(
      distances, classes, title,
      caption: ["All votes; every histogram has its own logarithmic scale of four decades.", definition]
    ) { (PanelGrid.decades($0, count: 4), true) }.svg()
  }

  /// What both kinds of histogram count.
  static let definition =
    "Euclidean distance ‖V − μ‖ of votes to the mean of a capsule; a vote counts by its assignment probability R."

  /// One line per image, iteration, class and bin; bin bounds first, the last line of each histogram is what lies beyond.
  package static func csv(_ images: [(name: String, distances: VoteDistances)], classes: [String]) -> String {
    var lines = [["image", "iteration", "class", "from", "to", "assigned_votes"]]
    for (name, distances) in images {
      let width = distances.maximum / Double(distances.bins)
      for t in 0..<distances.iterations {
        for type in 0..<distances.types {
          for (bin, weight) in distances.weights[t][type].enumerated() {
            lines.append([
              name, "\(t + 1)", classes[type], "\(width * Double(bin))", "\(width * Double(bin + 1))", "\(weight)",
            ])
          }
          lines.append(
            [name, "\(t + 1)", classes[type], "\(distances.maximum)", "", "\(distances.beyond[t][type])"])
        }
      }
    }
    return CSV.text(lines)
  }

  private static func grid(
    _ distances: VoteDistances, _ classes: [String], _ title: String, caption: [String],
    scale: ([Double]) -> (range: ClosedRange<Double>, isLogarithmic: Bool)
  ) -> PanelGrid {
    PanelGrid(
      title: title, caption: caption, columns: classes,
      rows: (0..<distances.iterations).map { "iteration \($0 + 1)" }, xLabel: "distance of votes to the mean",
      panels: distances.weights.enumerated().map { t, types in
        types.enumerated().map { type, weights in
          let (range, isLogarithmic) = scale(weights)
          let inside = weights.reduce(0, +)
          return PanelGrid.Panel(
            content: .bars(weights), x: 0...distances.maximum, y: range, isLogarithmic: isLogarithmic,
            note: "\(classes[type]), iteration \(t + 1): \(NumberFormat.short(inside, 1)) of "
              + "\(NumberFormat.short(inside + distances.beyond[t][type], 1)) assigned votes")
        }
      })
  }
}
