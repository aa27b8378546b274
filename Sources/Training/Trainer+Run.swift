import Models

/// How a run of training ended.
public enum TrainingEnd: Sendable {
  case finished
  /// Whoever looked on after a step had seen enough.
  case stopped
  /// Someone asked to stop: the state is saved, and the run can go on from there.
  case interrupted
}

extension Trainer {
  /// Takes the steps that are left; saves `state` after every epoch but the last, and when it is interrupted.
  ///
  /// - Parameters:
  ///   - isCancelled: asked before each chunk of a batch; a step that is not finished is taken again by whoever goes on.
  ///   - afterStep: says whether to go on.
  ///   - afterEpoch: called before the state is saved. It may throw `CancellationError`, as `afterStep` may.
  /// - Throws: `TrainingDivergence`; the state saved last is then still there.
  public mutating func run(
    saving state: TrainingState, isCancelled: @Sendable () -> Bool,
    afterStep: (Trainer, TrainingProgress) throws -> Bool = { _, _ in true },
    afterEpoch: (Trainer, TrainingProgress) throws -> Void = { _, _ in }
  ) throws -> TrainingEnd {
    do {
      while !isFinished {
        let progress = try step(isCancelled: isCancelled)
        guard try afterStep(self, progress) else { return .stopped }
        if isCancelled() { throw CancellationError() }
        guard progress.step == progress.stepsPerEpoch else { continue }
        try requireFiniteScores()
        try afterEpoch(self, progress)
        if !isFinished { try state.save(self) }
      }
    } catch is CancellationError {
      try state.save(self)
      return .interrupted
    }
    return .finished
  }
}
