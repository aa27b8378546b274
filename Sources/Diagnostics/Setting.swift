/// What a caller can set: a field of a library, or an option of the command line.
///
/// Texts name it by interpolation, and `Wording` says how it is spelled where the program runs:
///
///     "take more steps: \(Setting.steps.set(to: 80)) or more"     // steps: 80, or --steps 80
///
/// The raw value is what Swift calls it. Programs that have options need one for each; `robust` derives it from the name.
public enum Setting: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  // Images and models
  case data, dataset, split, instance, elevation, azimuth, lighting, models, crop, crops, decoder
  /// The shape of the images that a foreign model takes.
  case inputShape
  // What a foreign model needs done to its images, beside `crop` and `range`
  case resize, layout, channels, mean, std
  // Attacks
  case attacks, norm, budgets, goals, objective, steps, stepSize, startsAtRandom, lattice
  case kurakin = "Steps.kurakin"
  // Runs
  case limit, rawCurves, checks, examples, shard, figures
  /// Where results are written.
  case folder
  // The smallest ε
  case maximum, tolerance, scan
  // Exported examples
  case epsilon, classes, targets, outcome, format, isCompressed, usesLattice, allowsDifferences
  // Comparison
  case reference, maxDrop, alpha, floors, requiresChecks
  // Training
  case epochs, batchSize, learningRate, weightDecay, marginEpochs, shift, brightness, contrast, temperature, onlyPart
  case margins = "firstMargin, lastMargin"
  /// Whose weights training begins with.
  case startingModel = "model"
  // Reconstruction and reproduction
  case range, iterations, isQuick, attackedImages

  /// Its name, as callers write it.
  public var description: String { Wording.current.setting(self) }

  /// How callers give it `value`.
  public func set(to value: some CustomStringConvertible) -> String {
    Wording.current.values([self: value.description])
  }

  /// How callers give several of them values at once.
  public static func set(_ values: KeyValuePairs<Setting, String>) -> String { Wording.current.values(values) }
}
