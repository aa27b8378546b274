import Foundation
import TestSupport
import Testing

/// Results that can't be written are an error; progress that can't be written is dropped.
struct StandardStreamsTests {
  static let sweep = ["sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "20", "--epsilon", "0.1", "--output"]

  /// Runs the program by a shell that has `redirection` for it.
  private func run(_ arguments: [String], _ redirection: String) throws -> Program.Outcome {
    try Program.run(arguments, shell: #""$0" "$@" "# + redirection)
  }

  @Test(
    .slow,
    arguments: [
      ["models"], ["models", "show", "cnn"], ["data"], ["--help"], ["sweep", "--help"], ["--version"],
      ["--generate-completion-script", "bash"],
    ])
  func resultsThatAreLostAreAnError(_ arguments: [String]) throws {
    for redirection in [">/dev/full", ">&-"] {
      let outcome = try run(arguments, redirection)
      #expect(outcome.code == 73, "\(redirection) \(outcome.errors)")
      #expect(outcome.errors.hasPrefix("robust: standard output: can't be written: "), "\(outcome.errors)")
    }
    #expect(try run(arguments, ">/dev/full 2>&1").code == 73)
    #expect(try Program.run(arguments).code == 0)
  }

  /// Wrong usage stays wrong usage if nobody can be told.
  @Test(arguments: [["sweep", "--nonsense"], ["sweep", "--attack", "nonsense"], ["check"]])
  func errorsKeepTheirCode(_ arguments: [String]) throws {
    for redirection in ["2>/dev/full", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"] {
      #expect(try run(arguments, redirection).code == 64)
    }
  }

  @Test(.slow) func progressThatIsLostIsNone() throws {
    let folder = try TemporaryFolder()
    let whole = folder("whole")
    #expect(try Program.run(Self.sweep + [whole]).code == 0)
    let expected = try ResumeTests.contents(whole)
    for (number, redirection) in ["2>/dev/full", "2>&-", "<&- 2>&-"].enumerated() {
      let run = folder("run-\(number)")
      let outcome = try self.run(Self.sweep + [run], redirection)
      #expect(outcome.code == 0)
      #expect(outcome.output.contains("accuracy"))
      // No file got the number of a descriptor that was closed.
      #expect(try ResumeTests.contents(run) == expected)
    }
    // The folder is complete, but who asked was not told.
    #expect(try run(Self.sweep + [folder("mute")], ">/dev/full").code == 73)
    #expect(try ResumeTests.contents(folder("mute")) == expected)
    let baseline = try run(["baseline", whole, "--output", "-"], ">/dev/full")
    #expect(baseline.code == 73, "\(baseline.errors)")
    let file = folder("baseline.json")
    #expect(try Program.run(["baseline", whole, "--output", file]).code == 0)
    let written = try Program.run(["baseline", whole, "--output", "-"])
    #expect(written.code == 0)
    #expect(try written.output == String(contentsOfFile: file, encoding: .utf8))
    #expect(try run(["check", whole, "--baseline", file], ">/dev/full").code == 73)
    #expect(try run(["check", whole, "--baseline", file], "2>&-").code == 0)
  }

  /// `robust … | head -1` ends quietly, with the code of a program that SIGPIPE ended.
  @Test(arguments: [["models"], ["--help"], ["data"]])
  func aReaderThatLeavesIsNoError(_ arguments: [String]) throws {
    let (output, errors) = (Pipe(), Pipe())
    try output.fileHandleForReading.close()
    let process = Process()
    process.executableURL = Program.url
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    try errors.fileHandleForWriting.close()
    let said = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 141)
    #expect(said.isEmpty)
  }
}
