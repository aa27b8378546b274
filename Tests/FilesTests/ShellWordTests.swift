import Files
import Foundation
import Testing

@Suite struct ShellWordTests {
  /// `sh` reads back what was quoted.
  @Test(arguments: [
    "runs/now", "", "two words", "it's", "$HOME `id` \"x\"", "a\nb", "-x", "*", "ε=8/255", "!#&;|<>()~",
  ])
  func isReadBackByAShell(word: String) throws {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "printf %s \(ShellWord.quoted(word))"]
    process.standardOutput = pipe
    try process.run()
    process.waitUntilExit()
    #expect(String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == word)
  }

  @Test func plainWordsStayAsTheyAre() {
    #expect(ShellWord.quoted("runs/now-1_2.json") == "runs/now-1_2.json" && ShellWord.quoted("a b") == "'a b'")
  }
}
