import Datasets
import Tensors

/// Runs experiments one after the other and keeps the summary page up to date.
public struct Reproduction: Sendable {
  public let experiments: [any Experiment]
  public let context: ReproductionContext

  public init(_ experiments: [any Experiment], _ context: ReproductionContext) {
    self.experiments = experiments
    self.context = context
  }

  /// Makes every experiment, and hands what the terminal shows to `show`.
  /// - Throws: `Interrupted` after someone asked to stop; the experiments before are written.
  public func run(_ show: (String) -> Void) throws {
    for experiment in experiments {
      guard !context.workplace.isCancelled(), let result = try unlessCancelled({ try experiment.run(context) }) else {
        throw Interrupted()
      }
      let times = try context.times(of: result)
      try context.folder.write(result, times: times)
      let summary = SummaryPage(results: try context.folder.results(ExperimentCatalog.all.map(\.id)))
      try context.folder.write(summary.markdown, to: "README.md")
      show(ResultPage(result: result, times: times).terminal)
    }
  }
}
