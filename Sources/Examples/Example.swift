import Runs
import Sweeps
import Tensors

/// An adversarial example that was found again.
struct Example: Sendable {
  /// What the run holds of it.
  let stored: EvaluationRecord
  /// What was found now: the same, or the result of the search on the lattice.
  let record: EvaluationRecord
  /// What made it.
  let attack: RunConfiguration.Attack
  /// The budget that found it: at a larger one it is repeated; nil if the attack failed.
  let firstBudget: Int?
  /// Where its image comes in the data set of the sweep.
  let position: Int
  /// As the attack returned it, `[1, channel, row, column]` in [0, 1].
  let image: Tensor
  /// Of the original.
  let clean: Prediction
  /// With a search on the lattice: how the run's own example would have fared.
  let run: Rounding?
  /// Of an example that is exported.
  var file: File?

  /// What is in a file, read back.
  struct File: Sendable {
    /// Those inside the budget; on the lattice, of the very pixels.
    let levels: [UInt8]
    let verdict: ExampleVerdict
  }

  /// Whether the example of a search that knows no levels survives being made one of whole levels: still fooling the
  /// model, and inside the budget.
  struct Rounding: Sendable, Hashable {
    /// ⌊255 x⌋, as a cast to bytes does.
    let truncated: Bool
    /// To the nearest level within the budget.
    let rounded: Bool
  }
}
