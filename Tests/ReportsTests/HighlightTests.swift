import Files
import Reports
import Testing

@Suite struct HighlightTests {
  @Test func colourIsForTerminals() {
    let terminal = Terminal(isTerminal: true, width: 80, environment: ["TERM": "xterm"])
    let text =
      "images\n\nmodel  ε\n────────\ncnn    1\n\nwarning: it is weak\n  look here\nAll 3 trust checks that apply passed.\n"
    let shown = Highlight.applied(to: text, on: terminal)
    #expect(shown.contains("\u{1B}[1mmodel  ε\u{1B}[0m\n────────\ncnn    1\n"))
    #expect(shown.contains("\u{1B}[33mwarning:\u{1B}[0m it is weak\n") && shown.contains("\u{1B}[32mAll 3"))
    #expect(Highlight.applied(to: text, on: .none) == text)
    let plain = shown.replacing(try! Regex("\u{1B}\\[[0-9]+m"), with: "")
    #expect(plain == text)
  }
}
