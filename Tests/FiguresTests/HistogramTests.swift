import Figures
import TestSupport
import Testing

@Suite struct HistogramTests {
  @Test func aValueOnABoundaryBelongsBelow() {
    #expect(Histogram.counts([0.1, 0.25, 0.26, 0.5, 1], maximum: 1, bins: 4) == [2, 2, 0, 1])
    // 7 / 100 × 100 is above 7 in Double.
    #expect(Histogram.counts([7], maximum: 100, bins: 100)[6] == 1)
    #expect(Histogram.counts([], maximum: 1, bins: 3) == [0, 0, 0])
  }

  /// Heights are proportional to counts, also that of the bar for what lies beyond; no bar is drawn for none.
  @Test func barsAreAsHighAsTheirCounts() throws {
    let markup = try #require(Markup(Plots.histogram.svg(width: 760, height: 360)))
    let heights = try markup.all("rect").filter { $0.attributes["class"] == "fill" }.map {
      try #require($0.number("height"))
    }
    #expect(heights.count == 4)
    for (height, count) in zip(heights, [1.0, 4, 2, 2]) { #expect(abs(height / heights[1] - count / 4) < 1e-3) }
  }
}
