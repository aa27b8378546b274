public import Attacks
public import Statistics

/// What a run found, derived from its configuration and records alone; `docs/summary-schema.md` documents its JSON.
public struct RunSummary: Codable, Sendable, Hashable {
  /// Raised when a field changes its meaning or disappears.
  public static let currentSchemaVersion = 1

  public var schemaVersion: Int
  public var toolVersion: String
  public var seed: UInt64
  public var configurationHash: String
  public var configuration: RunConfiguration
  /// One per model, in the configuration's order.
  public var cleanAccuracies: [CleanAccuracy]
  /// One per model, attack, goal and budget, in that order.
  public var results: [Cell]
  /// One per model, attack and goal, in that order.
  public var curves: [Curve]
  /// One per model and budget, if the run has several attacks or goals.
  public var worstCases: [WorstCase]
  /// Each model but the first against the first, before any attack, then by attack, goal and budget above 0, as
  /// `robust compare` puts them; empty for one model, without attacked images, and while the run is incomplete.
  public var pairedDifferences: [PairedDifference]
  /// One per model, attack and budget of the goal `each`.
  public var targetMatrices: [TargetMatrix]
  /// What the trust checks noticed, the worst first.
  public var findings: [Finding]
  /// The trust checks that were run; those without a finding passed. Empty if none were asked for.
  public var checks: [TrustCheckResult]
  /// The only part that may differ between repeats.
  public var run: RunFacts?

  /// A model on images that nobody attacked.
  public struct CleanAccuracy: Codable, Sendable, Hashable {
    public var model: String
    public var modelIndex: Int
    public var count: Int
    public var correct: Int
    public var accuracy: Proportion
    public var perClass: [ClassCount]
  }

  /// The images of one true class.
  public struct ClassCount: Codable, Sendable, Hashable {
    public var label: Int
    public var count: Int
    public var correct: Int
    /// nil when the class has no image.
    public var accuracy: Double?
  }

  /// One model under one attack with one goal at one budget.
  public struct Cell: Codable, Sendable, Hashable {
    public var model: String
    public var modelIndex: Int
    public var attack: String
    public var attackIndex: Int
    public var goal: TargetChoice
    public var goalIndex: Int
    public var epsilon: Float
    public var epsilonText: String
    public var budgetIndex: Int
    public var count: Int
    /// Images still classified correctly; for `each`, under every target.
    public var correct: Int
    public var accuracy: Proportion
    public var cleanCorrect: Int
    /// What the attack could achieve: clean-correct images, times their targets.
    public var trials: Int
    public var successes: Int
    /// For `each`, the mean over targets of each target's rate, its interval taken over images.
    public var successRate: Proportion
    /// Images on which work was done at this budget, times their targets.
    public var attacked: Int
    /// Norms of the returned perturbations, over the trials.
    public var norms: Norms
    public var forwards: Int
    public var backwards: Int
    public var perClass: [ClassCount]
    /// Only for targeted goals.
    public var perTarget: [TargetCount]?
  }

  /// One model under one attack with one goal, over all budgets.
  public struct Curve: Codable, Sendable, Hashable {
    public var model: String
    public var modelIndex: Int
    public var attack: String
    public var attackIndex: Int
    public var goal: TargetChoice
    public var goalIndex: Int
    /// The mean robust accuracy over ε from 0 to the largest budget, by the trapezoidal rule; nil if that is 0.
    public var areaUnderCurve: Proportion?
    public var smallestEpsilon: SmallestEpsilon
  }

  /// At which budget of the run the images fall that were right before.
  public struct SmallestEpsilon: Codable, Sendable, Hashable {
    /// Images that the attack had to beat; for `each`, with any of its targets.
    public var trials: Int
    /// Those that some budget beat.
    public var beaten: Int
    /// By budget: those that it beat and no smaller one.
    public var beatenFirst: [Int]
    /// For the others, all that is known is that it takes more than this.
    public var largestEpsilon: Float
    /// Of the smallest successful budget: at 0.1, 0.25, 0.5, 0.75 and 0.9.
    public var quantiles: [CensoredQuantile]

    public var median: CensoredQuantile { quantiles[Self.probabilities.firstIndex(of: 0.5)!] }

    package static let probabilities = [0.1, 0.25, 0.5, 0.75, 0.9]
  }

  public struct Norms: Codable, Sendable, Hashable {
    public var meanLinf: Double
    public var maxLinf: Double
    public var meanL2: Double
    public var maxL2: Double
    /// In the norm of the run.
    public var ofRun: Size

    public struct Size: Codable, Sendable, Hashable {
      public var mean: Double
      public var max: Double
    }
  }

  /// The trials aimed at one class.
  public struct TargetCount: Codable, Sendable, Hashable {
    public var target: Int
    public var trials: Int
    public var successes: Int
    /// nil without trials.
    public var rate: Double?
  }

  /// The pointwise worst case: an image counts when it stays correct under every attack and goal.
  public struct WorstCase: Codable, Sendable, Hashable {
    public var model: String
    public var modelIndex: Int
    public var epsilon: Float
    public var epsilonText: String
    public var budgetIndex: Int
    public var count: Int
    public var correct: Int
    public var accuracy: Proportion
  }

  /// How often images of class `row` were turned into class `column`.
  public struct TargetMatrix: Codable, Sendable, Hashable {
    public var model: String
    public var modelIndex: Int
    public var attack: String
    public var attackIndex: Int
    public var epsilon: Float
    public var epsilonText: String
    public var budgetIndex: Int
    /// `[source][target]`: clean-correct images of the source class.
    public var trials: [[Int]]
    /// `[source][target]`.
    public var successes: [[Int]]
    /// The mean over targets of each target's success rate.
    public var averageOverTargets: Double?
  }
}
