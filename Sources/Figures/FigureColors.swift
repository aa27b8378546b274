/// The colours of all figures, for light and for dark surroundings.
struct FigureColors {
  let ink: String
  let muted: String
  let line: String
  let paper: String
  /// Of series, in turn.
  let series: [String]

  static let light = FigureColors(
    ink: "#1c2430", muted: "#5b6676", line: "#dfe3e8", paper: "#ffffff",
    series: ["#0b62a8", "#c2410c", "#0f766e", "#8b2fc9", "#8a6100", "#be185d", "#475569", "#2f7d1b"])

  static let dark = FigureColors(
    ink: "#e8ecf1", muted: "#a3adba", line: "#2d3540", paper: "#14181d",
    series: ["#6bb3f0", "#fb923c", "#4fd1c5", "#c79bf7", "#f2c14e", "#f472b6", "#cbd5e1", "#7bd960"])

  /// As custom properties of `.plot` and its series, for a style sheet.
  var properties: String {
    ".plot{--ink:\(ink);--muted:\(muted);--line:\(line);--paper:\(paper)}\n"
      + series.enumerated().map { ".plot .s\($0){--c:\($1)}" }.joined(separator: " ") + "\n"
  }

  /// Of the series `s0`, `s1`, …; nil for other classes.
  func color(ofClass style: String?) -> String? {
    guard let style, style.hasPrefix("s"), let index = Int(style.dropFirst()), series.indices.contains(index) else {
      return nil
    }
    return series[index]
  }
}
