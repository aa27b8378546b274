import Diagnostics
import Testing

@Suite struct PrintableTextTests {
  @Test(arguments: [
    ("plain ε 模型 é e\u{301} 👩‍👩‍👧 עברית", "plain ε 模型 é e\u{301} 👩‍👩‍👧 עברית"), ("a\nb", "a\\nb"), ("a\r\nb", "a\\r\\nb"),
    ("\u{1B}[31mred", "\\u{1b}[31mred"), ("\u{9B}31m", "\\u{9b}31m"), ("bell\u{7}", "bell\\u{7}"), ("\t", "\\t"),
    ("\u{1B}\u{301}]0;title", "\\u{1b}\u{301}]0;title"), ("abc\u{202E}gnp.exe", "abc\\u{202e}gnp.exe"),
    ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"), ("\u{200F}", "\\u{200f}"), ("\u{85}\u{2028}", "\\u{85}\\u{2028}"),
    ("\u{7F}\0", "\\u{7f}\\u{0}"), ("\u{E0041}", "\\u{e0041}"),
  ])
  func showsWhatATerminalWouldObey(text: String, shown: String) {
    #expect(PrintableText.line(text) == shown)
    // Twice is once.
    #expect(PrintableText.line(shown) == shown)
  }

  @Test func linesKeepTheirFeeds() {
    #expect(PrintableText.lines("a\nb\u{1B}c\r\n") == "a\nb\\u{1b}c\\r\n")
  }

  /// A name in a message can't pretend to be the next line of it.
  @Test func errorsHaveTwoLines() {
    let error = InputError(
      .model, "evil\n  → delete everything", "it holds \u{1B}[2J", remedy: "rename\rit")
    #expect(error.description.split(separator: "\n").count == 2)
    #expect(!error.description.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
  }
}
