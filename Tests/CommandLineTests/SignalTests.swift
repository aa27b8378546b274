import Foundation
import TestSupport
import Testing

/// Signals stop the program in order: no handler runs, what is done is kept, and what was ignored stays ignored.
struct SignalTests {
  /// Enough work for a signal to find some left.
  static let options = [
    "sweep", "--attack", "bim", "--model", "cnn", "--target", "each", "--epsilon", "0.02,0.05,0.1", "--limit", "128",
    "--steps", "40", "--checks", "none",
  ]

  /// A mask in `/proc/PID/task/TID/status`.
  private static func mask(_ name: String, of thread: String) -> UInt64? {
    let text = try? String(contentsOfFile: thread + "/status", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line.flatMap { UInt64($0.split(separator: "\t").last ?? "", radix: 16) }
  }

  /// Whether a thread does not block `signals`, or ends. While it is being made, it blocks all.
  private static func comesToLeaveOpen(_ signals: UInt64, _ thread: String) -> Bool {
    for _ in 0..<400 {
      guard let blocked = mask("SigBlk", of: thread) else { return true }
      if blocked & signals == 0 { return true }
      usleep(5000)
    }
    return false
  }

  private static func bit(_ signal: Int32) -> UInt64 { 1 << UInt64(signal - 1) }

  /// Waits until there is a store.
  private func waitForWork(of process: Process, in folder: String) {
    while process.isRunning, !FileManager.default.fileExists(atPath: folder + "/run.sqlite") { usleep(2000) }
  }

  #if os(Linux)
    /// oneDNN's kernels let the stack pointer point into the heap: a handler would write there.
    @Test func noThreadThatComputesRunsAHandler() throws {
      let folder = try TemporaryFolder()
      let process = try Program.start(Self.options + ["--threads", "2", "--output", folder("run")])
      waitForWork(of: process, in: folder("run"))
      let tasks = "/proc/\(process.processIdentifier)/task"
      var threads: [String] = []
      // The first one, the one that takes signals, and one that helps to compute.
      while process.isRunning, threads.count < 3 {
        threads = try FileManager.default.contentsOfDirectory(atPath: tasks).map { "\(tasks)/\($0)" }
      }
      let asynchronous = [
        SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGIO,
      ].map(Self.bit).reduce(0, |)
      let open = threads.filter { Self.mask("SigBlk", of: $0).map { $0 & asynchronous != asynchronous } ?? false }
      // The one that waits for them: while it waits, it does not block them.
      #expect(open.count <= 1)
      #expect(!open.contains("\(tasks)/\(process.processIdentifier)"))
      for thread in threads {
        #expect(Self.mask("SigCgt", of: thread).map { $0 & asynchronous } ?? 0 == 0)
        let faults = [SIGSEGV, SIGBUS, SIGFPE, SIGILL].map(Self.bit).reduce(0, |)
        #expect(Self.comesToLeaveOpen(faults, thread))
      }
      // Ctrl-Z stops the process if one thread lets it.
      let stops = [SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT].map(Self.bit).reduce(0, |)
      #expect(try #require(Self.mask("SigBlk", of: "\(tasks)/\(process.processIdentifier)")) & stops == 0)
      Program.send(SIGTERM, to: process)
      process.waitUntilExit()
      #expect(process.terminationStatus == 130 && process.terminationReason == .exit)
    }
  #endif

  @Test(.slow) func everySignalThatAsksToStopStopsAndTheRunGoesOn() throws {
    let folder = try TemporaryFolder()
    let options = ["sweep", "--attack", "fgsm,bim", "--model", "cnn", "--limit", "192", "--epsilon", "0.02,0.1"]
    let whole = try Program.run(options + ["--output", folder("whole")])
    #expect(whole.code == 0, "\(whole.errors)")
    let run = folder("run")
    for (number, signal) in [SIGHUP, SIGINT, SIGTERM, SIGXCPU].enumerated() {
      let arguments = number == 0 ? options + ["--output", run] : ["sweep", "--resume", run]
      let process = try Program.start(arguments)
      waitForWork(of: process, in: run)
      usleep(UInt32(50_000 * number))
      Program.send(signal, to: process)
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect([0, 130].contains(process.terminationStatus))
    }
    #expect(try Program.run(["sweep", "--resume", run]).code == 0)
    #expect(try ResumeTests.contents(run) == ResumeTests.contents(folder("whole")))
  }

  /// Chunks in work are dropped between two steps, so that even a long one does not keep the program alive.
  @Test func stoppingIsSaidAndDoesNotWaitForTheChunk() throws {
    let folder = try TemporaryFolder()
    // One chunk that would take minutes.
    let options = Self.options.map { $0 == "40" ? "4000" : $0 } + ["--threads", "1", "--output", folder("run")]
    let outcome = try Program.run(
      options,
      shell: """
        "$0" "$@" & child=$!
        while [ ! -e \(folder("run"))/run.sqlite ]; do sleep 0.05; done; sleep 0.5
        kill -TERM $child; wait $child
        """)
    #expect(outcome.code == 130, "\(outcome.errors)")
    #expect(outcome.errors.contains("stopping: "))
    #expect(outcome.errors.contains("Ctrl-C again stops at once"))
    #expect(outcome.errors.contains("`robust sweep --resume \(folder("run"))` goes on from here"))
  }

  /// What starts a program may have it ignore SIGHUP, as `nohup` does, or hand it a mask that blocks everything.
  @Test(.slow) func whatTheParentSetIsHeeded() throws {
    let folder = try TemporaryFolder()
    let arguments = Self.options + ["--threads", "1", "--output", folder("run")]
    let ignoring = try Program.run(
      ["sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "128", "--epsilon", "0.1", "--output", folder("hup")],
      shell: """
        trap '' HUP; "$0" "$@" & child=$!
        while [ ! -e \(folder("hup"))/run.sqlite ]; do sleep 0.02; done
        kill -HUP $child; wait $child
        """)
    #expect(ignoring.code == 0, "\(ignoring.errors)")
    let blocking = try Program.run(
      arguments,
      shell: """
        env --block-signal "$0" "$@" & child=$!
        while [ ! -e \(folder("run"))/run.sqlite ]; do sleep 0.02; done
        kill -TERM $child; wait $child
        """)
    #expect(blocking.code == 130, "\(blocking.errors)")
    // A shell without job control has background jobs ignore Ctrl-C, which is no reason to be deaf to a SIGINT that is sent.
    let background = try Program.run(
      ["sweep", "--resume", folder("run"), "--threads", "1"],
      shell: """
        "$0" "$@" & child=$!
        sleep 1; kill -INT $child; wait $child
        """)
    #expect(background.code == 130, "\(background.errors)")
  }

  #if os(Linux)
    /// From the beginning, before there is anything to save, a signal ends a command by its own exit code.
    @Test(arguments: [["models"], ["data"], ["inspect", "cnn", "--limit", "64", "--output"], options + ["--output"]])
    func noCommandDiesOfASignal(_ arguments: [String]) throws {
      let folder = try TemporaryFolder()
      for signal in [SIGINT, SIGTERM, SIGHUP] {
        let process = try Program.start(arguments + (arguments.last == "--output" ? [folder("\(signal)")] : []))
        let main = "/proc/\(process.processIdentifier)"
        // While libraries are loaded, any program dies.
        while process.isRunning, Self.mask("SigBlk", of: main).map({ $0 & Self.bit(SIGTERM) == 0 }) ?? false {}
        Program.send(signal, to: process)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect([0, 130].contains(process.terminationStatus))
      }
    }
  #endif

  /// A limit on the size of files is an error like a full disk, and no death.
  @Test func filesAboveTheLimitAreAnError() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(
      ["sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "20", "--epsilon", "0.1", "--output", folder("run")],
      shell: #"ulimit -f 8; "$0" "$@""#)
    #expect(outcome.code == 73, "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("robust: "), "\(outcome.errors)")
    #expect(outcome.errors.contains("ulimit -f"), "\(outcome.errors)")
  }
}
