import ArgumentParser
import Evaluation
import Files
import Foundation
import Processor

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

      Exit codes: 0 success; 64 wrong usage; 65 unusable input (file, data set, model); 69 the processor lacks \
      instructions that robust was built to use; 70 internal error; 73 the output can't be written; 130 interrupted. \
      Of `robust check` also: 10 regression, 11 inconclusive, 12 the evaluation is not trustworthy.
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
    do {
      try TextNames.check(arguments: (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0] })
      var command = try parseAsRoot()
      try TextNames.checkCurrentFolder()
      try command.run()
    } catch let error as InputError {
      fail("robust: \(error)", code: error.kind.exitCode)
    } catch is Interruption {
      Foundation.exit(130)
    } catch {
      // What no command foresaw is an internal error, and not the 1 of any shell command that fails.
      let code = exitCode(for: error)
      guard code == .failure else { exit(withError: error) }
      fail("robust: \(error)", code: 70)
    }
  }

  private static func fail(_ message: String, code: Int32) -> Never {
    FileHandle.standardError.write(Data((message + "\n").utf8))
    Foundation.exit(code)
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
