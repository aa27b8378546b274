import Files
import TestSupport
import Testing

@Suite struct CSVTests {
  /// Fields with what mustn't end them, scalar by scalar.
  static let hostile = [
    "plain", "", "a,b", "a\"b", "a\nb", "a\rb", "a\r\nb", ",\u{301}", "\"\u{301}", "x,\u{20DD}y\"\u{FE0F}z",
    "\n\u{301}",
    " spaces ", "模型,二", "tab\there", "\u{2028}line", "one\u{85}two", "\"\"", ",", "ε = 8/255", "🏳️‍🌈,🏳️‍🌈",
  ]

  @Test("A reader that knows scalars only gets every field back")
  func roundTrips() {
    let lines = [Self.hostile, Self.hostile.reversed()]
    let read = CSVLines.fields(CSV.text(lines))
    // A leading line end would be a formula's.
    #expect(read == lines.map { $0.map { $0.hasPrefix("\n") ? "'" + $0 : $0 } })
  }

  @Test(
    "What a spreadsheet would compute becomes text",
    arguments: [
      "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=\u{301}1", "＝1+1", " =1+1", "\t=1", "\r=1", "-", "+cmd|' /C calc'!A0",
    ])
  func formulas(text: String) throws {
    let field = try #require(CSVLines.fields(CSV.line([text]))[0].first)
    #expect(field == "'" + text)
  }

  @Test("Numbers stay numbers", arguments: ["-1", "-0.5", "+3", "-1e-05", "0.03137254901960784", "-inf", "nan"])
  func numbers(text: String) { #expect(CSV.field(text) == text) }

  @Test(arguments: ["\0", "\u{1B}[31m", "\u{7F}", "\u{9B}", "\u{0B}", "\u{0C}"])
  func controlCharactersAreReplaced(text: String) {
    let field = CSV.field("a\(text)b")
    #expect(field.unicodeScalars.contains("\u{FFFD}"))
    #expect(!field.unicodeScalars.contains { $0.properties.generalCategory == .control })
  }
}
