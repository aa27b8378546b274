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
  ///   - afterStep: says whether to go on.
  ///   - afterEpoch: called before the state is saved.
  /// - Throws: `TrainingDivergence`; the state saved last is then still there.
  public mutating func run(
    saving state: TrainingState, isCancelled: () -> Bool,
    afterStep: (Trainer, TrainingProgress) throws -> Bool = { _, _ in true },
    afterEpoch: (Trainer, TrainingProgress) throws -> Void = { _, _ in }
  ) throws -> TrainingEnd {
    while !isFinished {
      let progress = try step()
      guard try afterStep(self, progress) else { return .stopped }
      if isCancelled() {
        try state.save(self)
        return .interrupted
      }
      guard progress.step == progress.stepsPerEpoch else { continue }
      try requireFiniteScores()
      try afterEpoch(self, progress)
      if !isFinished { try state.save(self) }
    }
    return .finished
  }
}
