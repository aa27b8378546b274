import Files
import TestSupport
import Testing
import Text

@Suite struct TextTableTests {
  private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

  @Test func aTableThatFitsIsLeftAsItIs() {
    let text = TextTable.aligned([["model", "ε"], nil, ["cnn", "0.5"], ["", "10"]], flushRight: 1...)
    #expect(text == "model    ε\n──────────\ncnn    0.5\n        10\n")
  }

  @Test("Columns are aligned by what a terminal shows", arguments: ["模型", "nai\u{308}ve", "👩‍👩‍👧", "e\u{301}\u{302}"])
  func wideAndCombiningCharacters(name: String) {
    let rows = lines(TextTable.aligned([["model", "ε"], [name, "1"], ["longer", "2"]], flushRight: 1...))
    #expect(Set(rows.map { Terminal.columns(of: $0) }) == [9])
  }

  @Test func controlCharactersAreShown() {
    let text = TextTable.aligned([["model", "n"], ["a\nb\u{1B}[2J", "1"]], flushRight: 1...)
    #expect(lines(text).count == 2 && text.contains(#"a\nb\u{1b}[2J"#))
  }

  /// Names and numbers of many lengths in every number of columns: nothing is wider than asked for, nothing is lost.
  @Test(.slow, arguments: [40, 60, 80, 132], [false, true])
  func fits(width: Int, inBlocks: Bool) {
    for columns in 2...14 {
      for words in 1...min(3, columns - 1) {
        for length in [3, 12, 30, 100] {
          let header = (0..<columns).map { "column \($0)" }
          let rows: [[String]?] = (0..<6).map { row in
            (0..<columns).map { column in
              if column >= words { return "\(1000 * row + column).25" }
              return inBlocks && row % 3 > 0
                ? "" : String(repeating: column == 0 ? "模" : "n-", count: length) + "\(row)"
            }
          }
          let text = TextTable.aligned([header, nil] + rows, flushRight: words..., width: width)
          #expect(lines(text).allSatisfy { Terminal.columns(of: $0) <= width }, "\(text)")
          let cells = Set(lines(text).flatMap { $0.split(separator: " ") })
          for row in 0..<6 { for column in words..<columns { #expect(cells.contains("\(1000 * row + column).25")) } }
          #expect(text.count { $0 == "模" } >= length * (inBlocks ? 2 : 6))
        }
      }
    }
  }

  @Test func optionsStayWithTheirValues() {
    for width in 30...60 {
      let text = TextLines.wrapped("Attack it once more by --objective cross-entropy, and look.", width: width)
      #expect(text.joined(separator: "|").contains("--objective cross-entropy"))
    }
  }
}
