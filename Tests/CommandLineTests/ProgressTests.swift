#if os(Linux)
  import Files
  import Foundation
  import TestSupport
  import Testing

  /// What progress looks like on a terminal.
  struct ProgressTests {
    /// What the program writes to a terminal of `columns` columns that is its standard error.
    private func shown(columns: UInt16, environment: [String: String]) throws -> String {
      let folder = try TemporaryFolder()
      var (master, terminal): (CInt, CInt) = (0, 0)
      var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
      guard openpty(&master, &terminal, nil, nil, &size) == 0 else { throw CocoaError(.fileReadUnknown) }
      let (reader, writer) = (
        FileHandle(fileDescriptor: master, closeOnDealloc: true),
        FileHandle(fileDescriptor: terminal, closeOnDealloc: true)
      )
      let process = Process()
      process.executableURL = Program.url
      process.arguments = [
        "sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "130", "--epsilon", "0.1", "--threads", "1",
        "--output",
        folder("run"),
      ]
      process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = writer
      try process.run()
      // It is little, and fits into the terminal's buffer.
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      var shown = Data()
      var bytes = [UInt8](repeating: 0, count: 1 << 12)
      var ready = pollfd(fd: reader.fileDescriptor, events: Int16(POLLIN), revents: 0)
      while poll(&ready, 1, 300) == 1, case let count = read(master, &bytes, bytes.count), count > 0 {
        shown += bytes[..<count]
      }
      _ = writer
      return String(decoding: shown, as: UTF8.self)
    }

    @Test(.slow, arguments: [20, 40, 80, 200])
    func linesFitTheTerminal(columns: UInt16) throws {
      let text = try shown(columns: columns, environment: ["TERM": "xterm"])
      let lines = text.split(separator: "\r").map { $0.replacing("\u{1B}[2K", with: "") }
      #expect(text.contains("\u{1B}[2K"))
      #expect(lines.contains { $0.hasPrefix("cnn") && $0.contains("100%") })
      for line in lines { #expect(Terminal.columns(of: line) < Int(columns), "\(line)") }
      // A wide one has room for everything.
      #expect(lines.contains { $0.contains("█") && $0.contains("130/130 images") } == (columns >= 80))
      // The line is gone in the end.
      #expect(text.hasSuffix("\r\u{1B}[2K"))
    }

    @Test(.slow, arguments: [["TERM": "dumb"], ["TERM": ""], [:]])
    func terminalsWithoutCursorControlGetPlainLines(_ environment: [String: String]) throws {
      let text = try shown(columns: 80, environment: environment)
      #expect(!text.contains("\u{1B}"))
      #expect(text.contains("cnn 100%  130/130 images"))
      #expect(text.hasSuffix("\r\n"))
    }

    @Test func noColorIsRespected() throws {
      let text = try shown(columns: 80, environment: ["TERM": "xterm", "NO_COLOR": "1"])
      #expect(!text.contains(/\u{1B}\[[0-9;]*m/))
      #expect(text.contains("cnn"))
    }
  }
#endif
