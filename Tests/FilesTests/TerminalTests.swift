import Files
import Foundation
import Testing

/// What text may use, by what stands behind it.
@Suite struct TerminalTests {
  @Test(arguments: [
    (["TERM": "xterm-256color"], true, true),
    (["TERM": "xterm", "NO_COLOR": "1"], true, false),
    (["TERM": "xterm", "NO_COLOR": "0"], true, false),
    // An empty NO_COLOR is none, says no-color.org.
    (["TERM": "xterm", "NO_COLOR": ""], true, true),
    (["TERM": "dumb"], false, false),
    (["TERM": ""], false, false),
    ([:], false, false),
  ])
  func theEnvironmentDecides(_ environment: [String: String], redraws: Bool, colors: Bool) {
    let terminal = Terminal(isTerminal: true, width: 120, environment: environment)
    #expect(terminal.canRedraw == redraws)
    #expect(terminal.hasColor == colors)
    #expect(terminal.width == 120)
    let text = terminal.styled("failed", .red)
    #expect(text == (colors ? "\u{1B}[31mfailed\u{1B}[0m" : "failed"))
    // Without a terminal, nothing is.
    let file = Terminal(isTerminal: false, width: 120, environment: environment)
    #expect(file == Terminal.none)
    #expect(file.styled("failed", .red) == "failed")
  }

  @Test func anUnknownWidthIsThatOfOldTerminals() {
    #expect(Terminal(isTerminal: true, width: nil).width == 80)
    #expect(Terminal(isTerminal: true, width: 0).width == 80)
    #expect(Terminal.none.width == nil)
  }

  @Test func aPipeIsNoTerminal() throws {
    let pipe = Pipe()
    #expect(Terminal(of: pipe.fileHandleForWriting.fileDescriptor) == Terminal.none)
    #expect(Terminal(of: -1) == Terminal.none)
  }

  @Test(arguments: [
    ("", 0), ("cnn", 3), ("ε = 8/255", 9), ("naïve", 5), ("nai\u{308}ve", 5), ("模型", 4), ("한글.npz", 8), ("😀", 2),
    ("█░", 2), ("♥\u{FE0F}", 2), ("▲", 1),
  ])
  func charactersTakeTheirColumns(_ text: String, columns: Int) { #expect(Terminal.columns(of: text) == columns) }
}
