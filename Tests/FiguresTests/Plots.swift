import Figures

/// One figure of each kind, whose values the tests know.
enum Plots {
  /// Two curves of three points.
  static let shares = [[100.0, 70, 20], [100.0, 90, 50]]

  static let line = LinePlot(
    title: "accuracy <&>", xLabel: "ε", yLabel: "%", top: (label: "levels", factor: 255), xMaximum: 0.2,
    series: shares.enumerated().map { index, shares in
      LinePlot.Series(
        name: "model <\(index)>",
        points: shares.enumerated().map { place, share in
          LinePlot.Point(x: 0.1 * Double(place), y: share, lower: share * 0.9, upper: share, note: "\(share)")
        })
    }, reference: LinePlot.Reference(y: 50, label: "chance, 50%"))

  static let histogram = Histogram(
    title: "smallest <ε>", xLabel: "ε", yLabel: "images", maximum: 1, counts: [1, 4, 2, 0],
    beyond: (label: "> 1", count: 2), mark: (x: 0.4, label: "median"))

  static let grid = PanelGrid(
    title: "panels <&>", caption: ["two scales"], columns: ["a", "b"], rows: ["1", "2"], xLabel: "x",
    panels: [
      [
        PanelGrid.Panel(content: .bars([1, 0, 3]), x: 0...1, y: 0...4, note: "bars"),
        PanelGrid.Panel(content: .line([0.5, 2, 1]), x: 0.7...3.3, y: 0...2, note: "line"),
      ],
      [
        PanelGrid.Panel(content: .bars([1, 0.01, 0.1]), x: 0...1, y: 1e-3...1, isLogarithmic: true, note: "decades"),
        nil,
      ],
    ])
}
