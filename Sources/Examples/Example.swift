import Runs

/// An adversarial example that was found again.
struct Example: Sendable {
  /// What the run holds of it.
  let stored: EvaluationRecord
  /// What was found now: the same, or the result of the search on the lattice.
  let record: EvaluationRecord
  /// The budget that found it: at a larger one it is repeated; nil if the attack failed.
  let firstBudget: Int?
  /// Where its image comes in the data set of the sweep.
  let position: Int
  /// As the attack returned it, `[channel, row, column]` in [0, 1].
  let pixels: [Float]
  /// Of the original.
  let clean: Judgement
  /// With a search on the lattice: how the run's own example would have fared.
  let run: Rounding?

  /// Whether the example of a search that knows no levels survives being made one of whole levels: still fooling the
  /// model, and inside the budget.
  struct Rounding: Sendable, Hashable {
    /// ⌊255 x⌋, as a cast to bytes does.
    let truncated: Bool
    /// To the nearest level within the budget.
    let rounded: Bool
  }
}
