import Foundation
import Reports
import Testing

@Suite struct FigureTests {
  /// Reads the axes off their tick labels, and from them the values of the markers.
  @Test(arguments: ["wide", "narrow"])
  func markersLieWhereTheAxesSay(layout: String) throws {
    let markup = try #require(Markup(HTMLReport.text(Sample.summary(), rows: [])))
    let texts = markup.all("text", in: layout)
    let across = try scale(texts.filter { $0.attributes["class"] == "x-tick" }, "x")
    // Labels are centred on their ticks by eye, 4.5 units below the line.
    let up = try scale(texts.filter { $0.attributes["class"] == "y-tick" }, "y")
    let markers = markup.all("path", in: layout).filter { $0.attributes["class"] == "mark" }
    let values = try markers.map { marker in
      let position = try #require(marker.attributes["transform"]).dropFirst("translate(".count).dropLast()
        .split(separator: " ").compactMap { Double($0) }
      return (x: across(position[0]), y: up(position[1] + 4.5))
    }
    #expect(values.count == 6)
    let expected = Sample.correct.flatMap { row in row.enumerated().map { (0.1 * Double($0), 10.0 * Double($1)) } }
    for (value, (x, y)) in zip(values, expected) {
      #expect(abs(value.x - x) < 1e-4)
      #expect(abs(value.y - y) < 0.02)
    }
  }

  /// The linear map from positions to values through the first and the last tick.
  private func scale(_ ticks: [Markup.Element], _ attribute: String) throws -> (Double) -> Double {
    let first = try #require(ticks.first)
    let last = try #require(ticks.last)
    let (p0, p1) = (try #require(first.number(attribute)), try #require(last.number(attribute)))
    let (v0, v1) = (try #require(Double(first.text)), try #require(Double(last.text)))
    #expect(ticks.count >= 3 && p0 != p1)
    return { v0 + ($0 - p0) / (p1 - p0) * (v1 - v0) }
  }

  @Test func standaloneFiguresAreWellFormed() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "figures-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try ReportWriter.write(Sample.summary(name: "<&>"), rows: [], to: folder)
    let text = try String(contentsOf: folder.appending(path: "accuracy.svg"), encoding: .utf8)
    let markup = try #require(Markup(text))
    #expect(markup.elements.first?.attributes["xmlns"] == "http://www.w3.org/2000/svg")
    #expect(markup.all("text").map(\.text).contains("<&>"))
    #expect(markup.all("text").map(\.text).contains("chance, 50%"))
  }
}
