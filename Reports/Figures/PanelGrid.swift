/// Small figures in rows and columns, each with its own axes.
struct PanelGrid {
  struct Panel {
    enum Content {
      /// Equal bins over the whole of `x`.
      case bars([Double])
      /// Points at 1, 2, …, joined.
      case line([Double])
    }

    var content: Content
    var x: ClosedRange<Double>
    /// What lies below is not drawn; with `isLogarithmic`, both ends are positive.
    var y: ClosedRange<Double>
    var isLogarithmic = false
    /// Shown when the pointer rests on the panel.
    var note: String
  }

  /// What the figure shows, for readers who can't see it too.
  var title: String
  /// Lines below the panels.
  var caption: [String]
  var columns: [String]
  /// Written along the left, or nothing for a single row.
  var rows: [String]
  var xLabel: String
  /// `[row][column]`; nil leaves a gap.
  var panels: [[Panel?]]

  /// From 0 to `value`, or to 1 if that is 0.
  static func upTo(_ value: Double) -> ClosedRange<Double> { 0...(value > 0 ? value : 1) }

  /// From 0 to a little above the largest of `values`.
  static func fromZero(_ values: [Double]) -> ClosedRange<Double> { upTo((values.max() ?? 0) * 1.05) }

  /// A little more than the range of `values`.
  static func round(_ values: [Double]) -> ClosedRange<Double> {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let margin = high > low ? (high - low) * 0.08 : max(abs(high) * 0.05, 1e-6)
    return (low - margin)...(high + margin)
  }

  /// The decades that hold the largest of `values`, and `count` − 1 below.
  static func decades(_ values: [Double], count: Int) -> ClosedRange<Double> {
    var top = 1.0
    let largest = values.max() ?? 0
    while largest > top { top *= 10 }
    while largest > 0, largest <= top / 10 { top /= 10 }
    return (0..<count).reduce(top) { value, _ in value / 10 }...top
  }
}
