import Files
import Foundation
import TestSupport
import Testing

@Suite struct ChildProcessTests {
  private func run(_ script: String, input: String = "/dev/null") throws -> (output: Data, status: Int32) {
    try ChildProcess.run(
      "/bin/sh", ["-c", script], input: input, environment: ["PATH": "/usr/bin:/bin", "NAME": "a b"])
  }

  @Test func outputInputAndEnvironment() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Data(repeating: UInt8(ascii: "x"), count: 300_000), to: "input")
    let result = try run("cat; printf '%s' \"$NAME\"; echo unseen >&2", input: file)
    #expect(result.status == 0)
    #expect(result.output == Data(repeating: UInt8(ascii: "x"), count: 300_000) + Data("a b".utf8))
  }

  @Test(arguments: [("exit 3", 3), ("kill -KILL $$", 137), ("true", 0)])
  func status(script: String, expected: Int32) throws {
    #expect(try run(script).status == expected)
  }

  @Test func whatIsNotThereIsAnError() {
    #expect(throws: POSIXError.self) {
      try ChildProcess.run("/nowhere/program", [], input: "/dev/null", environment: [:])
    }
  }

  #if os(Linux)
    /// Whatever this program blocks or ignores, the other one can be stopped.
    @Test func signalsAreNotHandedDown() throws {
      var blocked = sigset_t()
      var before = sigset_t()
      sigemptyset(&blocked)
      for number in [SIGINT, SIGTERM] { sigaddset(&blocked, number) }
      pthread_sigmask(SIG_BLOCK, &blocked, &before)
      defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
      let status = String(decoding: try run("grep SigBlk /proc/self/status").output, as: UTF8.self)
      #expect(status.split(whereSeparator: \.isWhitespace) == ["SigBlk:", "0000000000000000"])
    }
  #endif
}
