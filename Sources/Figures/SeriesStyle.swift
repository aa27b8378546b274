/// How a series is drawn.
///
/// Colours tell eight kinds apart, and markers go with them, so that they are told apart in grey too; from the ninth on the
/// pairing of colours and markers shifts, which makes 64 pairs. Dashes tell eight kinds apart, independently.
struct SeriesStyle: Hashable {
  private let color: Int
  private let dashing: Int
  private let shape: Int

  init(color: Int, dash: Int) {
    let colors = FigureColors.light.series.count
    self.color = color % colors
    dashing = dash % Self.dashes.count
    shape = (color + color / colors) % Self.markers.count
  }

  /// Of series number `index` of those in `plot`.
  init(_ index: Int, of plot: LinePlot) {
    let kind = plot.series[index].kind ?? (color: index, dash: index)
    self.init(color: kind.color, dash: kind.dash)
  }

  /// The class that gives the colour.
  var name: String { "s\(color)" }
  var dash: String { Self.dashes[dashing] }
  var marker: String { Self.markers[shape] }

  private static let dashes = [
    "none", "7 4", "2 4", "10 4 2 4", "14 5", "10 3 2 3 2 3", "5 2", "14 3 5 3",
  ]

  /// Round the origin.
  static let markers = [
    "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0Z",
    "M-3.3 -3.3H3.3V3.3H-3.3Z",
    "M0 -4.4L4.1 3H-4.1Z",
    "M0 -4.6L4.6 0L0 4.6L-4.6 0Z",
    "M0 4.4L4.1 -3H-4.1Z",
    "M-4 -1.3H-1.3V-4H1.3V-1.3H4V1.3H1.3V4H-1.3V1.3H-4Z",
    "M-2 -3.8H2L4 0L2 3.8H-2L-4 0Z",
    "M0 -4.2L4 -1.3L2.5 3.4H-2.5L-4 -1.3Z",
  ]
}
