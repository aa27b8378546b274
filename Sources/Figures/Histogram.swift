/// How many values fall into each of some equal bins, with one more bar for those beyond the last.
package struct Histogram {
  /// What the figure shows, for readers who can't see it.
  package var title: String
  package var xLabel: String
  package var yLabel: String
  package var maximum: Double
  /// By bin, from 0 to `maximum`.
  package var counts: [Int]
  /// Values beyond `maximum`, with what to call them.
  package var beyond: (label: String, count: Int)
  /// A vertical line with its name.
  package var mark: (x: Double, label: String)?

  package init(
    title: String, xLabel: String, yLabel: String, maximum: Double, counts: [Int],
    beyond: (label: String, count: Int), mark: (x: Double, label: String)? = nil
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.maximum = maximum
    self.counts = counts
    self.beyond = beyond
    self.mark = mark
  }

  /// Bins of `values` in (0, `maximum`]: a value on a boundary belongs to the bin below it.
  package static func counts(_ values: [Float], maximum: Float, bins: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: bins)
    for value in values {
      let place = Double(value) / Double(maximum) * Double(bins)
      // A billionth of slack, for values that rounding put above their boundary.
      counts[min(bins - 1, max(0, Int((place - 1e-9).rounded(.up)) - 1))] += 1
    }
    return counts
  }
}
