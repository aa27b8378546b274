import Foundation
import Testing
import Text

@Suite struct TableTests {
  @Test func whatIsStatedKeepsItsDigits() {
    let table = Table(
      caption: "a", columns: ["paper", "ours"],
      rows: [[.stated(percent: 2.56), .share(0.0256)], [.stated(percent: 20), .share(0.2)]])
    #expect(table.markdown.hasSuffix("| 2.56% | 2.6% |\n| 20% | 20.0% |"))
  }

  @Test func isRoundedAsThePaperDoes() {
    let table = Table(
      caption: "a", columns: ["name", "share", "interval", "count", "p", "number"],
      rows: [
        [
          .text("x"), .share(0.0184), .interval(0.01, 0.025), .count(12_345), .probability(0.0004),
          .number(0.012345, digits: 3),
        ],
        [.text("y"), .share(0.0044), .none, .count(0), .probability(0.04), .number(1234.5, digits: 3)],
      ])
    #expect(
      table.markdown.split(separator: "\n").dropFirst(2).map(String.init) == [
        "| x | 1.8% | 1.0–2.5 | 12,345 | &lt;0.001 | 0.0123 |", "| y | 0.44% | – | 0 | 0.040 | 1234 |",
      ])
    #expect(
      table.csv == """
        name,share,interval lower,interval upper,count,p,number
        x,0.0184,0.01,0.025,12345,0.0004,0.012345
        y,0.0044,,,0,0.04,1234.5

        """)
  }

  @Test func aCellMayNameItsColumns() {
    let place = Cell.fields("upper left", [.init("row", "0"), .init("column", "1")])
    let table = Table(columns: ["place", "n"], texts: [["x", "1"]])
    #expect(table.csv == "place,n\nx,1\n")
    let named = Table(caption: "a", columns: ["place", "n"], rows: [[.none, .count(1000)], [place, .none]])
    #expect(named.csv == "row,column,n\n,,1000\n0,1,\n")
    #expect(named.markdown.hasSuffix("| – | 1,000 |\n| upper left | – |"))
  }

  private static let blocks = Table(
    columns: ["model", "attack", "ε"], wordColumns: 2,
    texts: [["a", "x", "1"], ["a", "x", "2"], ["a", "y", "1"], ["b", "y", "1"]])

  @Test(arguments: [
    (0, 0, ["–", "a x 1", "a x 2", "a y 1", "b y 1"]), (1, 1, ["–", "a x 1", " x 2", " y 1", "–", "b y 1"]),
    (2, 1, ["–", "a x 1", "  2", "a y 1", "–", "b y 1"]), (2, 2, ["–", "a x 1", "  2", "–", "a y 1", "–", "b y 1"]),
  ])
  func wordsThatRepeatAreLeftOut(words: Int, ruled: Int, rows: [String]) {
    #expect(Self.blocks.blocks(words: words, ruled: ruled).map { $0?.joined(separator: " ") ?? "–" } == rows)
  }

  @Test func formsHaveTheSameCells() {
    let table = Self.blocks.inserting("sign", ["1", "2", "3", "4"], at: 0)
    #expect(table.columns == ["sign", "model", "attack", "ε"] && table.wordColumns == 3)
    let words = { (text: String) in text.split { " |\n─".contains($0) }.map(String.init) }
    #expect(words(table.terminal()) == words(table.markdown).filter { !$0.contains("--") })
    #expect(Self.blocks.inserting("p", ["", "", "", ""], at: 3).wordColumns == 2)
  }

  @Test func numbersStayNumbersInJSON() throws {
    let cells: [Cell] = [.share(0.25), .stated(percent: 20), .count(3), .interval(0.1, 0.2), .text("a"), .none]
    let json = try JSONEncoder().encode(cells)
    #expect(String(decoding: json, as: UTF8.self) == #"[0.25,0.2,3,[0.1,0.2],"a",null]"#)
    let read = try JSONDecoder().decode([Cell].self, from: json)
    #expect(
      read == [.number(0.25, digits: 3), .number(0.2, digits: 3), .count(3), .interval(0.1, 0.2), .text("a"), .none])
  }
}
