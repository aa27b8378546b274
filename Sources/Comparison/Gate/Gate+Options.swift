import Diagnostics
import Runs

extension Gate {
  /// What was asked for.
  public struct Options: Sendable, Hashable {
    /// How much accuracy may be lost, in [0, 1).
    public var maxDrop: Double
    /// How likely a false alarm, and a false pass, may be.
    public var alpha: Double
    /// Whether a run that lacks some of the default trust checks is not to be trusted.
    public var requiresChecks: Bool
    /// How accurate the run has to be by itself.
    public var floors: [AccuracyFloor]

    /// - Throws: `InputError` of kind `.usage` for values without meaning.
    public init(
      maxDrop: Double = 0.01, alpha: Double = 0.05, requiresChecks: Bool = false, floors: [AccuracyFloor] = []
    ) throws {
      guard maxDrop >= 0, maxDrop < 1 else {
        throw InputError(
          .usage, .maxDrop, "found \(maxDrop); expected a share of the images from 0 to below 1",
          remedy: "for example \(Setting.maxDrop.set(to: 0.01)) for one percentage point")
      }
      guard alpha > 0, alpha < 0.5 else {
        throw InputError(
          .usage, .alpha, "found \(alpha); expected a probability above 0 and below 0.5",
          remedy: "for example \(Setting.alpha.set(to: 0.05))")
      }
      // Not −0, which prints with its sign.
      self.maxDrop = maxDrop == 0 ? 0 : maxDrop
      self.alpha = alpha
      self.requiresChecks = requiresChecks
      self.floors = floors
    }
  }
}
