/// The trust checks by name, in the order of reports: a run records which it was asked for, and which ended.
///
/// What stands behind each is in the room TrustChecks, which has one for every name.
public enum TrustCheckName: String, Sendable, CaseIterable {
  case chanceAccuracy = "chance-accuracy"
  case recordedAccuracy = "recorded-accuracy"
  case permutedLabels = "permuted-labels"
  case transformedImages = "transformed-images"
  case zeroGradients = "zero-gradients"
  case nonFinite = "non-finite"
  case saturatedLoss = "saturated-loss"
  case probabilityScores = "probability-scores"
  case silentSuccess = "silent-success"
  case randomisedModel = "randomised-model"
  case batchInvariance = "batch-invariance"
  case finiteDifferences = "finite-differences"
  case unstablePredictions = "unstable-predictions"
  case randomNoise = "random-noise"
  case transfer
  case greyImage = "grey-image"
  case unboundedAttack = "unbounded-attack"
  case iterativeAttack = "iterative-attack"
  case monotoneSuccess = "monotone-success"
  case moreSteps = "more-steps"
  case unfinishedAscent = "unfinished-ascent"
  case squareAttack = "square-attack"
  case plantedAdversary = "planted-adversary"

  /// Whether it is left to `--checks all`, since it takes more than a small share of a sweep's time.
  public var isThorough: Bool { self == .squareAttack || self == .plantedAdversary }
}
