/// Where experiments work: how many threads, whom they tell, and who may stop them.
public struct ExperimentEnvironment: Sendable {
  public let threads: Int
  /// What checkpoints call the program that wrote them.
  public let toolVersion: String
  /// A display for a piece of work of which a share, in [0, 1], is already done.
  public let display: @Sendable (Double) -> any ProgressDisplay
  public let isCancelled: @Sendable () -> Bool

  public init(
    threads: Int, toolVersion: String, display: @escaping @Sendable (Double) -> any ProgressDisplay,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.threads = threads
    self.toolVersion = toolVersion
    self.display = display
    self.isCancelled = isCancelled
  }
}
