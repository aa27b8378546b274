/// A test of an evaluation: whether its numbers can be trusted.
///
/// `docs/checks.md` says of each what it tests, when it fires and why then, how often it would by chance, and its source.
protocol Check: Sendable {
  /// In kebab case, for example `zero-gradients`.
  var name: String { get }
  /// What holds if it passes, as reports say it.
  var claim: String { get }
  /// Whether it is left to `--checks all`, since it takes more than a small share of a sweep's time.
  var isThorough: Bool { get }

  /// Looks at one model of a run that is complete. The answer depends on the run alone, not on threads.
  func examine(_ subject: CheckSubject) throws -> CheckAnswer
}

extension Check {
  var isThorough: Bool { false }
}

/// What a check says of one model.
enum CheckAnswer: Sendable {
  /// None if it passed.
  case findings([Finding])
  /// There is nothing that the check could look at, and why.
  case notApplicable(String)

  static let passed = CheckAnswer.findings([])
}

/// Every check, in the order of reports.
enum CheckCatalog {
  static let all: [any Check] = [
    ChanceAccuracyCheck(), RecordedAccuracyCheck(), PermutedLabelsCheck(), TransformedImagesCheck(),
    ZeroGradientsCheck(), NonFiniteCheck(), SaturatedLossCheck(), ProbabilityScoresCheck(), SilentSuccessCheck(),
    RandomisedModelCheck(), BatchInvarianceCheck(), FiniteDifferencesCheck(), UnstablePredictionsCheck(),
    RandomNoiseCheck(), TransferCheck(), GreyImageCheck(), UnboundedAttackCheck(), IterativeAttackCheck(),
    MonotoneSuccessCheck(), MoreStepsCheck(), UnfinishedAscentCheck(), SquareAttackCheck(), PlantedAdversaryCheck(),
  ]
}
