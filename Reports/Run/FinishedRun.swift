import Comparison
public import Figures
public import Foundation
public import Runs
public import Sweeps
import TrustChecks

/// A complete run: what it found, and the files that say so.
public struct FinishedRun: Sendable {
  public let summary: RunSummary
  /// The names of the reports in the folder of the run.
  public let files: [String]
}

extension Sweep {
  /// From models and images to a report: attacks what is not yet in the folder at `path`, checks the run and writes its reports.
  ///
  /// - Parameters:
  ///   - path: a new or an empty folder, or that of the same run, which goes on.
  ///   - isCancelled: asked between the steps of attacks.
  ///   - progress: called after each chunk, in order, from any thread.
  /// - Returns: nil if it was cancelled; the same call goes on then.
  /// - Throws: `InputError` of kind `.output` if the folder holds something else or can't be written. What was stored stays.
  public func report(
    into path: String, options: RunOptions = RunOptions(),
    threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    isCancelled: @escaping @Sendable () -> Bool = { false }, progress: @Sendable (Progress) -> Void = { _ in }
  ) throws -> FinishedRun? {
    let figures = try FigureRenderer(options.figures)
    let started = Date()
    let directory = try SweepDirectory.open(at: path, configuration: configuration, options: options)
    defer { try? directory.store.close() }
    guard
      try run(into: directory, threads: threads, isCancelled: isCancelled, progress: progress),
      try check(directory.store, options.checks, threads: threads, isCancelled: isCancelled) != nil
    else { return nil }
    let facts = RunFacts(
      startedAt: started, finishedAt: Date(), seconds: Date().timeIntervalSince(started), threads: threads,
      commandLine: CommandLine.arguments.joined(separator: " "))
    return try finish(directory, facts, figures, isCancelled: isCancelled)
  }

  /// Writes the reports of the complete run in `directory`, and closes its store.
  ///
  /// - Parameter willWrite: called before the first file is written: from then on it is not cancelled.
  /// - Returns: nil if it was cancelled.
  /// - Throws: `InputError` of kind `.output` if a file can't be written.
  public func finish(
    _ directory: SweepDirectory, _ facts: RunFacts, _ figures: FigureRenderer,
    isCancelled: () -> Bool = { false }, willWrite: () -> Void = {}
  ) throws -> FinishedRun? {
    let (store, examples) = (directory.store, directory.options.examples)
    try store.setFacts(facts)
    let summary = try RunSummary(of: store, facts: facts)
    if isCancelled() { return nil }
    let gallery = try gallery(in: directory, examples: examples)
    let survival =
      examples == .first(0) ? nil : ExportSurvival(successes: gallery.successes, surviving: gallery.surviving)
    if isCancelled() { return nil }
    willWrite()
    var files =
      try ReportWriter.write(summary, rows: gallery.rows, survival: survival, to: directory.url) + [PerImageCSV.name]
    try PerImageCSV.write(store, to: directory.url)
    files += try figures.render(files, in: directory.url)
    try store.closeCompacted()
    return FinishedRun(summary: summary, files: files)
  }
}
