import Figures
import TestSupport
import Testing

@Suite struct LinePlotTests {
  /// Reads the axes off their tick labels, and from them the values of the markers.
  @Test(arguments: [(760.0, 440.0), (368.0, 380.0)])
  func markersLieWhereTheAxesSay(width: Double, height: Double) throws {
    let markup = try #require(Markup(Plots.line.svg(width: width, height: height)))
    let texts = markup.all("text")
    let across = try scale(texts.filter { $0.attributes["class"] == "x-tick" }, "x")
    // Labels are centred on their ticks by eye, 4.5 units below the line.
    let up = try scale(texts.filter { $0.attributes["class"] == "y-tick" }, "y")
    let values = try markup.all("path").filter { $0.attributes["class"] == "mark" }.map { marker in
      let position = try #require(marker.attributes["transform"]).dropFirst("translate(".count).dropLast()
        .split(separator: " ").compactMap { Double($0) }
      return (x: across(position[0]), y: up(position[1] + 4.5))
    }
    let expected = Plots.shares.flatMap { curve in curve.enumerated().map { (0.1 * Double($0), $1) } }
    #expect(values.count == expected.count)
    for (value, (x, y)) in zip(values, expected) {
      #expect(abs(value.x - x) < 1e-4)
      #expect(abs(value.y - y) < 0.02)
    }
  }

  /// The linear map from positions to values through the first and the last tick.
  private func scale(_ ticks: [Markup.Element], _ attribute: String) throws -> (Double) -> Double {
    let (first, last) = (try #require(ticks.first), try #require(ticks.last))
    let (p0, p1) = (try #require(first.number(attribute)), try #require(last.number(attribute)))
    let (v0, v1) = (try #require(Double(first.text)), try #require(Double(last.text)))
    #expect(ticks.count >= 3 && p0 != p1)
    return { v0 + ($0 - p0) / (p1 - p0) * (v1 - v0) }
  }

  /// Colour and marker of a series without a key shift against each other: more curves than colours are told apart.
  @Test func sixtyFourCurvesStayDistinguishable() throws {
    var plot = Plots.line
    plot.series = (0..<64).map { index in
      LinePlot.Series(
        name: "\(index)", points: Plots.line.series[index % 2].points)
    }
    let markup = try #require(Markup(plot.svg(width: 760, height: 440, standalone: true)))
    let marks = markup.all("path").filter { $0.attributes["class"] == "legend-mark" }
    #expect(marks.count == 64)
    #expect(Set(marks.map { [$0.attributes["fill"]!, $0.attributes["d"]!] }).count == 64)
  }
}
