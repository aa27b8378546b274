/// How many values fall into each of some equal bins, with one more bar for those beyond the last.
struct Histogram {
  /// What the figure shows, for readers who can't see it.
  var title: String
  var xLabel: String
  var yLabel: String
  var maximum: Double
  /// By bin, from 0 to `maximum`.
  var counts: [Int]
  /// Values beyond `maximum`, with what to call them.
  var beyond: (label: String, count: Int)
  /// A vertical line with its name.
  var mark: (x: Double, label: String)?

  /// Bins of `values` in (0, `maximum`]: a value on a boundary belongs to the bin below it.
  static func counts(_ values: [Float], maximum: Float, bins: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: bins)
    for value in values {
      let place = Double(value) / Double(maximum) * Double(bins)
      // A billionth of slack, for values that rounding put above their boundary.
      counts[min(bins - 1, max(0, Int((place - 1e-9).rounded(.up)) - 1))] += 1
    }
    return counts
  }
}
