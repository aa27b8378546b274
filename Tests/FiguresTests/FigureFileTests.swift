import Figures
import TestSupport
import Testing

/// Figures of every kind as files, for programs other than browsers.
@Suite struct FigureFileTests {
  private static let figures = [
    Plots.line.svg(width: 760, height: 440, standalone: true), Plots.histogram.svg(width: 760, height: 360),
    Plots.grid.svg(),
  ]

  @Test(arguments: figures) func namesAreEscaped(figure: String) throws {
    let markup = try #require(Markup(figure))
    #expect(markup.elements.first?.attributes["xmlns"] == "http://www.w3.org/2000/svg")
    #expect(markup.elements.first?.attributes["aria-label"]?.contains("<") == true)
  }

  /// They know no custom properties, and some no style sheets: whatever is drawn says its colours.
  @Test(arguments: figures) func carryTheirColours(figure: String) throws {
    let markup = try #require(Markup(figure))
    #expect(markup.all("style").isEmpty && !figure.contains("var(") && !figure.contains("style="))
    let drawn = markup.elements.filter { ["path", "rect", "line", "text"].contains($0.name) }
    #expect(drawn.count > 10)
    for element in drawn {
      let paints = ["fill", "stroke"].compactMap { element.attributes[$0] }
      #expect(paints.contains { $0.wholeMatch(of: #/#[0-9a-f]{6}/#) != nil }, "\(element)")
      #expect(paints.allSatisfy { $0 == "none" || $0.wholeMatch(of: #/#[0-9a-f]{6}/#) != nil }, "\(element)")
      // A line without a fill of its own would be filled black.
      if element.attributes["class"] == "curve" { #expect(element.attributes["fill"] == "none") }
    }
  }

  @Test(arguments: figures) func nothingIsDrawnOutside(figure: String) throws {
    let markup = try #require(Markup(figure))
    let box = try #require(markup.elements.first?.attributes["viewBox"]).split(separator: " ").compactMap { Double($0) }
    for rectangle in markup.all("rect") {
      let right = try #require(rectangle.number("x")) + #require(rectangle.number("width"))
      let bottom = try #require(rectangle.number("y")) + #require(rectangle.number("height"))
      #expect(right <= box[2] && bottom <= box[3], "\(rectangle)")
    }
  }
}
