import Figures
import TestSupport
import Testing

@Suite struct PanelGridTests {
  @Test func aPanelForEachButTheGaps() throws {
    let markup = try #require(Markup(Plots.grid.svg()))
    #expect(markup.all("rect").count { $0.attributes["class"] == "axis" } == 3)
    let texts = markup.all("text").map(\.text)
    #expect(Set(["panels <&>", "two scales", "a", "b", "1", "2"]).isSubset(of: texts))
    #expect(Set(markup.all("title").map(\.text)) == ["bars", "line", "decades"])
  }

  @Test func rangesHoldTheirValues() {
    #expect(PanelGrid.fromZero([]) == 0...1 && PanelGrid.fromZero([0]) == 0...1)
    #expect(PanelGrid.fromZero([2]).contains(2))
    #expect(PanelGrid.round([-1, 3]).contains(-1) && PanelGrid.round([-1, 3]).contains(3))
    #expect(PanelGrid.round([0]).upperBound > 0)
    for largest in [0.02, 1, 10, 11, 3e5] {
      let range = PanelGrid.decades([largest, 0], count: 4)
      #expect(range.contains(largest) && range.upperBound < largest * 10.001)
      #expect(abs(range.upperBound / range.lowerBound - 1e4) < 1e-6)
    }
  }
}
