import Attacks
import Comparison
import Diagnostics
import Figures
import Files
import Foundation
import Reports
import Runs
import Sweeps
import TrustChecks

/// The work on a run from its opened folder to its report, for whichever command begins it.
struct SweepSession {
  let sweep: Sweep
  let directory: SweepDirectory
  /// The folder as the user wrote it.
  let folder: String
  let threads: Int
  private let figures: FigureRenderer
  private let started = Date()
  /// Of the processes that worked on the run before.
  private let earlier: RunFacts?

  init(_ sweep: Sweep, in directory: SweepDirectory, at folder: String, threads: Int) throws {
    self.sweep = sweep
    self.directory = directory
    self.folder = folder
    self.threads = threads
    // Before any work: a missing program is not found out at its end.
    figures = try FigureRenderer(directory.options.figures)
    earlier = try directory.store.facts()
    // From the beginning, so that a run that is killed still knows its command.
    if earlier == nil { try directory.store.setFacts(facts) }
  }

  /// Attacks what is left to be attacked, and checks whether the whole can be trusted.
  ///
  /// - Throws: `Interruption` once what was done before Ctrl-C is saved.
  func attack() throws {
    Interruption.watch(
      "what is complete is stored, and images in work are left for --resume.", dropping: { [goesOn] in goesOn })
    let progress = ProgressLine()
    let isComplete = try sweep.run(
      into: directory, threads: threads, isCancelled: { Interruption.isRequested },
      progress: { report in
        progress.show(
          report.model, share: Double(report.done) / Double(report.total),
          detail: "\(report.done)/\(report.total) images")
      })
    progress.clear()
    if isComplete {
      Interruption.watch(
        "all attacks are stored, and checks and reports are left for --resume.", dropping: { [goesOn] in goesOn })
    }
    let isChecked =
      try isComplete && directory.options.shard == nil
      ? sweep.check(
        directory.store, directory.options.checks, threads: threads, isCancelled: { Interruption.isRequested }) != nil
      : isComplete
    guard isChecked else {
      try directory.store.setFacts(facts)
      throw try interruption()
    }
  }

  /// What ends the work for now, once everything is in the folder.
  private func interruption() throws -> Interruption {
    try directory.store.close()
    StandardError.note(goesOn)
    return Interruption()
  }

  private var goesOn: String { "interrupted: `robust sweep --resume \(folder)` goes on from here" }

  /// The circumstances of the run so far: its first command and moment, the work of all processes that ended by themselves.
  var facts: RunFacts {
    let command = (["robust"] + CommandLine.arguments.dropFirst()).joined(separator: " ")
    return RunFacts(
      startedAt: earlier?.startedAt ?? started, finishedAt: Date(),
      seconds: (earlier?.seconds ?? 0) + Date().timeIntervalSince(started), threads: threads,
      commandLine: earlier?.commandLine ?? command, host: .current)
  }

  /// Writes the reports of the complete run, or says what becomes of the complete part, and closes the folder.
  func finish(_ facts: RunFacts) throws {
    let store = directory.store
    try store.setFacts(facts)
    if let shard = directory.options.shard {
      let count = try store.recordCount()
      try store.closeCompacted()
      print(PrintableText.line("Part \(shard) of the run is complete: \(count.formatted) records in \(folder)/"))
      print(
        PrintableText.line("Join all \(shard.count) parts by `robust merge --output DIR` and the folders of the parts.")
      )
      return
    }
    let finished = try sweep.finish(
      directory, facts, figures, isCancelled: { Interruption.isRequested },
      willWrite: { Interruption.watch("the run is complete once its reports are written.") })
    guard let finished else { throw try interruption() }
    print(TerminalTable.text(finished.summary, width: Terminal.outputWidth))
    print(TerminalFindings.text(finished.summary, width: Terminal.outputWidth), terminator: "")
    for budget in sweep.configuration.budgets where isOnLattice && !LInfinityLattice.isWhole(budget.value) {
      print("on the lattice, ε = \(budget.text) is \(LInfinityLattice.levels(in: budget.value)) whole levels of 1/255")
    }
    print("")
    print(PrintableText.line("Wrote \(finished.files.joined(separator: ", ")), run.sqlite and images/ into \(folder)/"))
    print(PrintableText.line("Open \(folder)/report.html in a browser."))
  }

  private var isOnLattice: Bool {
    sweep.configuration.attacks.contains(where: \.isOnLattice)
  }
}
