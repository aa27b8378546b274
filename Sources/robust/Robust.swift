import ArgumentParser
import Diagnostics
import Files
import Foundation
import Processor
import Runs
import Training

/// The command line: parse, validate, call a library, print.
@main
struct Robust: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "robust",
    abstract: "Measure how well image classifiers withstand adversarial attack, and how far the answer can be trusted.",
    discussion: """
      Start with `robust sweep --attack fgsm`: it attacks two shipped models on 1,000 shipped images and writes a \
      report into runs/.

      Exit codes: 0 success; 20 training diverged; 64 wrong usage; 65 unusable input (file, data set, model); 69 the processor \
      lacks instructions that robust was built to use; 70 internal error; 73 the output, or standard output, can't be written; \
      130 interrupted; 141 the reader of standard output left early. Of `robust check` also: 10 regression, 11 inconclusive, \
      12 the evaluation is not trustworthy.
      """,
    version: "\(version) (\(RunFacts.Host.current.software))",
    subcommands: [
      SweepCommand.self, MergeCommand.self, CompareCommand.self, BaselineCommand.self, CheckCommand.self,
      MinimumCommand.self, ExportCommand.self, TrainCommand.self, ReconstructCommand.self, ModelsCommand.self,
      InspectCommand.self, DataCommand.self, ReproduceCommand.self,
    ])

  static func main() {
    // First of all: whatever follows may use instructions that the processor has to have.
    do throws(UnsupportedProcessor) {
      try UnsupportedProcessor.check()
    } catch {
      let message = "robust: \(error)\n"
      _ = unsafe write(STDERR_FILENO, message, message.utf8.count)
      _exit(69)
    }
    // Then: what has to be so before there are files and threads.
    Descriptor.occupyStandard()
    SignalThread.start()
    Wording.install(.options)
    Foundation.exit(StandardOutput.close(runCommand()))
  }

  /// Does what the arguments ask for, and returns the exit code.
  private static func runCommand() -> Int32 {
    do {
      try TextNames.check(arguments: (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0] })
      let arguments = try ArgumentCheck.checked(Array(CommandLine.arguments.dropFirst()), of: Self.self)
      var command = try parseAsRoot(arguments)
      try TextNames.checkCurrentFolder()
      try command.run()
      return 0
    } catch let error as InputError {
      // What is said of a command begins with its name already.
      let isOfCommand = error.subject.split(separator: " ").first.map { $0 == Self._commandName } ?? false
      StandardError.note(isOfCommand ? "\(error)" : "robust: \(error)")
      return error.kind.exitCode
    } catch let error as TrainingDivergence {
      StandardError.note("robust: \(error)")
      return 20
    } catch is Interruption {
      return 130
    } catch is CancellationError {
      return 130
    } catch {
      let code = exitCode(for: error)
      // What no command foresaw is an internal error, and not the 1 of any shell command that fails.
      guard code != .failure else {
        StandardError.note("robust: \(error)")
        return 70
      }
      // Help that was asked for is a result.
      let message = fullMessage(for: error)
      guard !message.isEmpty else { return code.rawValue }
      // As it is: completion scripts have tabs.
      if code == .success { StandardOutput.write(Data((message + "\n").utf8)) } else { StandardError.note(message) }
      return code.rawValue
    }
  }
}

extension InputError.Kind {
  /// The exit code of a command that ends with such an error (sysexits.h).
  var exitCode: Int32 {
    switch self {
    case .usage: 64
    case .file, .dataset, .model: 65
    case .output: 73
    }
  }
}
