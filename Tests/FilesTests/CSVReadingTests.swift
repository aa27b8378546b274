import Files
import Testing

@Suite struct CSVReadingTests {
  @Test(arguments: [
    [["a", "b"], ["", "c"]], [["x,y", "say \"so\"", "two\nlines"], ["", "", ""]], [["\"", "\"\""], ["é,ε", "a\r"]], [],
    [[""]],
  ])
  func readsWhatWasWritten(rows: [[String]]) { #expect(CSV.rows(CSV.text(rows)) == rows) }

  @Test func readsALastLineWithoutEnd() { #expect(CSV.rows("a,b\nc,") == [["a", "b"], ["c", ""]]) }
}
