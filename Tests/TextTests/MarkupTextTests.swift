import TestSupport
import Testing
import Text

/// Text in markup: what a parser reads is what was written.
@Suite struct MarkupTextTests {
  @Test(arguments: ["<b>&amp;\"'", "a\"\u{301}b", "\t=1\nend", "模型"])
  func xmlKeepsContentAndAttributes(text: String) throws {
    var xml = XMLText()
    xml.begin("outer", ["class": "x", "a": text])
    xml.element("inner", ["b": text], content: text)
    xml.element("empty", attributes: [("c", text)])
    xml.end()
    let markup = try #require(Markup(xml.text))
    // In attributes, parsers read white space as spaces.
    let attribute = String(text.map { $0.isWhitespace ? " " : $0 })
    #expect(markup.elements.map(\.name) == ["outer", "inner", "empty"])
    #expect(markup.elements[0].attributes["a"] == attribute && markup.elements[2].attributes["c"] == attribute)
    #expect(markup.elements[1].text == text && markup.elements[1].path == ["x"])
  }

  @Test func whatXMLForbidsIsReplaced() {
    #expect(XMLText.escaped("a\u{1}b\u{FFFE}") == "a\u{FFFD}b\u{FFFD}")
    #expect(XMLText.escaped("\u{202E}b") == "\u{FFFD}b")
  }

  @Test func markdownTablesKeepTheirCells() {
    let table = MarkdownText.table(header: ["a|b", "n"], rows: [["x\ny", "1"], ["*", "2"]])
    let lines = table.split(separator: "\n")
    #expect(lines == ["| a\\|b | n |", "| :-- | --: |", "| x y | 1 |", "| \\* | 2 |"])
  }

  @Test func optionsDoNotBreakInHTML() {
    #expect(HTMLText.marked("use --norm l2 & go") == "use <span class=\"option\">--norm</span> l2 &amp; go")
    #expect(HTMLText.marked("a--b") == "a--b")
  }

  @Test func latexSetsWhatItIsGiven() {
    #expect(LaTeXText.escaped("50% of a_b {x} \\y [z]") == "50\\% of a\\_b \\{x\\} \\textbackslash{}y {[}z{]}")
  }
}
