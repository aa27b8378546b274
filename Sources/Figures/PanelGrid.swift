/// Small figures in rows and columns, each with its own axes.
package struct PanelGrid {
  package struct Panel {
    package enum Content {
      /// Equal bins over the whole of `x`.
      case bars([Double])
      /// Points at 1, 2, …, joined.
      case line([Double])
    }

    package var content: Content
    package var x: ClosedRange<Double>
    /// What lies below is not drawn; with `isLogarithmic`, both ends are positive.
    package var y: ClosedRange<Double>
    package var isLogarithmic = false
    /// Shown when the pointer rests on the panel.
    package var note: String

    package init(
      content: Content, x: ClosedRange<Double>, y: ClosedRange<Double>, isLogarithmic: Bool = false, note: String
    ) {
      self.content = content
      self.x = x
      self.y = y
      self.isLogarithmic = isLogarithmic
      self.note = note
    }
  }

  /// What the figure shows, for readers who can't see it too.
  package var title: String
  /// Lines below the panels.
  package var caption: [String]
  package var columns: [String]
  /// Written along the left, or nothing for a single row.
  package var rows: [String]
  package var xLabel: String
  /// `[row][column]`; nil leaves a gap.
  package var panels: [[Panel?]]

  package init(
    title: String, caption: [String], columns: [String], rows: [String], xLabel: String, panels: [[Panel?]]
  ) {
    self.title = title
    self.caption = caption
    self.columns = columns
    self.rows = rows
    self.xLabel = xLabel
    self.panels = panels
  }

  /// From 0 to `value`, or to 1 if that is 0.
  package static func upTo(_ value: Double) -> ClosedRange<Double> { 0...(value > 0 ? value : 1) }

  /// From 0 to a little above the largest of `values`.
  package static func fromZero(_ values: [Double]) -> ClosedRange<Double> { upTo((values.max() ?? 0) * 1.05) }

  /// A little more than the range of `values`.
  package static func round(_ values: [Double]) -> ClosedRange<Double> {
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let margin = high > low ? (high - low) * 0.08 : max(abs(high) * 0.05, 1e-6)
    return (low - margin)...(high + margin)
  }

  /// The decades that hold the largest of `values`, and `count` − 1 below.
  package static func decades(_ values: [Double], count: Int) -> ClosedRange<Double> {
    var top = 1.0
    let largest = values.max() ?? 0
    while largest > top { top *= 10 }
    while largest > 0, largest <= top / 10 { top /= 10 }
    return (0..<count).reduce(top) { value, _ in value / 10 }...top
  }
}
