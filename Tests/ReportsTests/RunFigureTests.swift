import Foundation
import Reports
import TestSupport
import Testing

@Suite struct RunFigureTests {
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

  /// Programs other than browsers know no custom properties, and some no style sheets: whatever is drawn says its colours.
  @Test func filesCarryTheirColours() throws {
    let folder = try TemporaryFolder()
    let url = URL(filePath: folder.path, directoryHint: .isDirectory)
    try ReportWriter.write(PairedRun.many(models: 3, attacks: 2).summary, rows: [], to: url)
    try ComparisonWriter.write(PairedRun.many(models: 3, attacks: 2).comparison(), to: url)
    let files = try folder.names().filter { $0.hasSuffix(".svg") }
    #expect(files.count >= 3)
    for file in files {
      let text = try String(contentsOfFile: folder(file), encoding: .utf8)
      let markup = try #require(Markup(text))
      #expect(markup.all("style").isEmpty && !text.contains("var(") && !text.contains("style="), "\(file)")
      for element in markup.elements where ["path", "rect", "line", "text"].contains(element.name) {
        let paints = ["fill", "stroke"].compactMap { element.attributes[$0] }
        #expect(paints.contains { $0.wholeMatch(of: #/#[0-9a-f]{6}/#) != nil }, "\(file): \(element)")
        #expect(paints.allSatisfy { $0 == "none" || $0.wholeMatch(of: #/#[0-9a-f]{6}/#) != nil })
        // A line without a fill of its own would be filled black.
        if element.attributes["class"] == "curve" { #expect(element.attributes["fill"] == "none") }
      }
    }
  }

  /// On the page, the same classes take their colours from its style sheet, which has them for light and dark.
  @Test func pagesKeepTheirScheme() throws {
    let text = HTMLReport.text(Sample.summary(), rows: [])
    let markup = try #require(Markup(text))
    let drawn = markup.all("path", in: "wide") + markup.all("line", in: "wide") + markup.all("text", in: "wide")
    #expect(drawn.allSatisfy { $0.attributes["fill"] == nil && $0.attributes["stroke"] == nil })
    for style in Set(drawn.compactMap { $0.attributes["class"] }) {
      #expect(text.contains(".plot .\(style){"), "\(style)")
    }
    #expect(text.contains("--ink:#1c2430") && text.contains("--ink:#e8ecf1"))
  }

  /// What a curve looks like: colour, dash and marker.
  private func looks(_ markup: Markup) -> [[String]] {
    zip(
      markup.all("path").filter { $0.attributes["class"] == "curve" && $0.attributes["d"]?.contains("L") == true },
      markup.all("path").filter {
        $0.attributes["class"] == "mark" && $0.attributes["transform"]?.hasPrefix("translate(52 ") == true
      }
    ).map { curve, mark in
      [curve.attributes["stroke"]!, curve.attributes["stroke-dasharray"] ?? "none", mark.attributes["d"]!]
    }
  }

  @Test(arguments: [(1, 1), (12, 1), (30, 1), (5, 2), (10, 3), (1, 4)])
  func manyCurvesStayDistinguishable(models: Int, attacks: Int) throws {
    let folder = try TemporaryFolder()
    let run = PairedRun.many(models: models, attacks: attacks)
    try ReportWriter.write(run.summary, rows: [], to: URL(filePath: folder.path, directoryHint: .isDirectory))
    let text = try String(contentsOfFile: folder("accuracy.svg"), encoding: .utf8)
    let markup = try #require(Markup(text))
    let looks = looks(markup)
    #expect(looks.count == models * attacks)
    #expect(Set(looks).count == looks.count, "two curves look the same")
    let texts = markup.all("text").map(\.text)
    if models > 1, attacks > 1 {
      // Colour is the model's, dash the attack's, and the legend names both.
      for model in 0..<models {
        let own = looks[model * attacks..<(model + 1) * attacks]
        #expect(Set(own.map { [$0[0], $0[2]] }).count == 1 && Set(own.map { $0[1] }).count == attacks)
      }
      for attack in 0..<attacks {
        #expect(Set(stride(from: attack, to: looks.count, by: attacks).map { looks[$0][1] }).count == 1)
      }
      #expect(Set(texts).isSuperset(of: run.modelNames))
    }
    // However long the legend, the curves keep their place.
    let box = try #require(markup.elements.first?.attributes["viewBox"]).split(separator: " ").compactMap { Double($0) }
    let ticks = markup.all("text").filter { $0.attributes["class"] == "y-tick" }.compactMap { $0.number("y") }
    #expect(ticks.max()! - ticks.min()! > 250 && ticks.max()! < box[3])
  }
}

extension PairedRun {
  /// Models that differ a little.
  fileprivate static func many(models: Int, attacks: Int) -> PairedRun {
    PairedRun(
      count: 40, correct: (0..<models).map { [Set(0..<(39 - $0)), Set(0..<(38 - $0))] },
      attacks: (0..<attacks).map { "a\($0)" }, modelNames: (0..<models).map { "model-\($0)" })
  }
}
