/// A table or figure of the paper that is made anew.
public protocol Experiment: Sendable {
  /// What the command line calls it.
  var id: String { get }
  var title: String { get }
  /// What the paper did, and what it reports.
  var published: String { get }
  /// Makes it; writes its pictures into the folder of `context`.
  /// - Throws: `Interrupted` after someone asked to stop; what was done is kept, and the next run goes on from there.
  func run(_ context: ReproductionContext) throws -> ExperimentResult
}
