import Models
import Runs

/// A test of an evaluation: whether its numbers can be trusted.
///
/// `docs/checks.md` says of each what it tests, when it fires and why then, how often it would by chance, and its source.
protocol TrustCheck: Sendable {
  /// One of `TrustCheckName`, for example `zero-gradients`.
  var name: String { get }
  /// What holds if it passes, as reports say it.
  var claim: String { get }

  /// What it asks the model for, or runs attacks that do.
  var needs: Knowledge { get }

  /// Looks at one model of a run that is complete. The answer depends on the run alone, not on threads.
  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer
}

extension TrustCheck {
  var needs: Knowledge { .gradients }
}

/// What a check says of one model.
enum TrustCheckAnswer: Sendable {
  /// None if it passed.
  case findings([Finding])
  /// There is nothing that the check could look at, and why.
  case notApplicable(String)

  static let passed = TrustCheckAnswer.findings([])
}

/// Every check, in the order of reports.
enum TrustCheckCatalog {
  static let all = TrustCheckName.allCases.map(check)

  private static func check(_ name: TrustCheckName) -> any TrustCheck {
    switch name {
    case .chanceAccuracy: ChanceAccuracyCheck()
    case .recordedAccuracy: RecordedAccuracyCheck()
    case .permutedLabels: PermutedLabelsCheck()
    case .transformedImages: TransformedImagesCheck()
    case .zeroGradients: ZeroGradientsCheck()
    case .nonFinite: NonFiniteCheck()
    case .saturatedLoss: SaturatedLossCheck()
    case .probabilityScores: ProbabilityScoresCheck()
    case .silentSuccess: SilentSuccessCheck()
    case .randomisedModel: RandomisedModelCheck()
    case .batchInvariance: BatchInvarianceCheck()
    case .finiteDifferences: FiniteDifferencesCheck()
    case .unstablePredictions: UnstablePredictionsCheck()
    case .randomNoise: RandomNoiseCheck()
    case .transfer: TransferCheck()
    case .greyImage: GreyImageCheck()
    case .unboundedAttack: UnboundedAttackCheck()
    case .iterativeAttack: IterativeAttackCheck()
    case .monotoneSuccess: MonotoneSuccessCheck()
    case .moreSteps: MoreStepsCheck()
    case .unfinishedAscent: UnfinishedAscentCheck()
    case .squareAttack: SquareAttackCheck()
    case .plantedAdversary: PlantedAdversaryCheck()
    }
  }
}

extension TrustCheckSelection {
  var checks: [any TrustCheck] { TrustCheckCatalog.all.filter { names.contains($0.name) } }
}
