import Files

/// Whether a run is worse than a baseline on the same images: the decision of `robust check`.
///
/// Per group (a model, clean or under one attack, goal and budget) with drop d = accuracy before − accuracy now:
/// - *regression* if “the drop is at most `maxDrop`” is rejected at α, by Tango's score test and, so that few discordant
///   pairs are treated exactly, by McNemar's one-sided test as well. These p-values are adjusted after Holm over all
///   groups: a run in which no drop is above `maxDrop` is called a regression with probability at most α.
/// - *pass* if “the drop is at least `maxDrop`” is rejected at α. A pass needs this of every group, so nothing is adjusted
///   (an intersection–union test, Berger 1982): a run in which some drop is above `maxDrop` passes with probability at
///   most α. It is a pass as well if the model file is the same and no image changed, since nothing is sampled then; and
///   for `maxDrop` 0, which no number of images could prove, if no fewer images are right than before.
/// - *inconclusive* otherwise, with the number of images that would probably decide.
public struct RegressionCheck: Sendable, Hashable {
  /// What was asked for.
  public struct Options: Codable, Sendable, Hashable {
    /// How much accuracy may be lost, in [0, 1).
    public var maxDrop: Double
    /// How likely a false alarm, and a false pass, may be.
    public var alpha: Double
    /// Whether a run without trust checks is not to be trusted.
    public var requiresChecks: Bool

    /// - Throws: `InputError` of kind `.usage` for values without meaning.
    public init(maxDrop: Double = 0.01, alpha: Double = 0.05, requiresChecks: Bool = false) throws {
      guard maxDrop >= 0, maxDrop < 1 else {
        throw InputError(
          .usage, "--max-drop", "found \(maxDrop); expected a share of the images from 0 to below 1",
          remedy: "for example --max-drop 0.01 for one percentage point")
      }
      guard alpha > 0, alpha < 0.5 else {
        throw InputError(
          .usage, "--alpha", "found \(alpha); expected a probability above 0 and below 0.5",
          remedy: "for example --alpha 0.05")
      }
      self.maxDrop = maxDrop
      self.alpha = alpha
      self.requiresChecks = requiresChecks
    }
  }

  public enum Verdict: String, Codable, Sendable, Hashable, CaseIterable {
    case pass
    case inconclusive
    case regression
    /// The run's own checks say that its numbers mean nothing.
    case untrustworthy
  }

  /// One model, clean or under one attack with one goal at one budget, before and now.
  public struct Group: Sendable, Hashable {
    public var key: Outcomes.Key
    /// Right before, first; right now, second.
    public var pairs: PairedProportions
    /// Of the drop, with confidence 1 − 2α: the bounds are those of the two one-sided tests.
    public var interval: ClosedRange<Double>
    public var mcNemar: McNemarTest
    /// Of “the drop is at most the allowed one”, before and after Holm's adjustment.
    public var regressionPValue: Double
    public var adjustedPValue: Double
    /// Of “the drop is at least the allowed one”.
    public var passPValue: Double
    public var verdict: Verdict
    /// For an inconclusive group, how many images would probably decide; nil if no realistic number would.
    public var imagesToDecide: Int?
    /// Numbers of the images that were right before and are wrong now, and the other way round.
    public var lost: [Int]
    public var gained: [Int]

    /// Accuracy before − accuracy now.
    public var drop: Double { pairs.difference }
  }

  public var options: Options
  public var verdict: Verdict
  public var groups: [Group]
  /// Differences that do not stop the comparison, in sentences.
  public var notes: [String]
  /// Why the run is not to be trusted, in sentences; empty if it is.
  public var doubts: [String]

  /// How many images would probably decide all inconclusive groups; nil if there are none, or no number would.
  public var imagesToDecide: Int? {
    let open = groups.filter { $0.verdict == .inconclusive }
    return open.contains { $0.imagesToDecide == nil } ? nil : open.compactMap(\.imagesToDecide).max()
  }

  /// The groups with `verdict`.
  public func groups(_ verdict: Verdict) -> [Group] { groups.filter { $0.verdict == verdict } }

  /// Compares the run `outcomes` with `baseline`.
  ///
  /// - Parameters:
  ///   - models: the models of the run, in its order.
  ///   - doubts: why the run is not to be trusted.
  /// - Throws: `InputError` of kind `.file` if the run lacks something that the baseline holds.
  init(
    _ baseline: Baseline, _ outcomes: Outcomes, models: [Baseline.Model], options: Options, notes: [String] = [],
    doubts: [String] = []
  ) throws {
    let pairing = try Pairing(baseline, outcomes, models: models)
    self.options = options
    self.notes = notes + pairing.notes
    self.doubts = doubts
    groups = baseline.outcomes.groups.map { before in
      pairing.group(before, options)
    }
    let adjusted = Statistics.holmAdjusted(groups.map(\.regressionPValue))
    for index in groups.indices {
      groups[index].adjustedPValue = adjusted[index]
      groups[index].decide(options, tests: groups.count, isSameModel: pairing.isUnchanged(groups[index].key.model))
    }
    let verdicts = Set(groups.map(\.verdict))
    verdict =
      !doubts.isEmpty
      ? .untrustworthy
      : verdicts.contains(.regression) ? .regression : verdicts.contains(.inconclusive) ? .inconclusive : .pass
  }
}

extension RegressionCheck.Group {
  init(_ key: Outcomes.Key, images: [Int], before: [Bool], now: [Bool], options: RegressionCheck.Options) {
    self.key = key
    let outcomes = PairedOutcomes(images, before, now)
    (pairs, lost, gained) = (outcomes.proportions, outcomes.onlyFirst, outcomes.onlySecond)
    let score = TangoScore(pairs)
    let bounds = score.interval(confidence: 1 - 2 * options.alpha)
    interval = bounds.lower...bounds.upper
    mcNemar = McNemarTest(pairs)
    regressionPValue = max(score.pValue(above: options.maxDrop), mcNemar.pValueFirstLarger)
    adjustedPValue = regressionPValue
    passPValue = score.pValue(below: options.maxDrop)
    verdict = .inconclusive
  }

  fileprivate mutating func decide(_ options: RegressionCheck.Options, tests: Int, isSameModel: Bool) {
    let isUnchanged = isSameModel && pairs.discordant == 0
    let isNoWorse = options.maxDrop == 0 && pairs.onlyFirst <= pairs.onlySecond
    if adjustedPValue <= options.alpha {
      verdict = .regression
    } else if passPValue <= options.alpha || isUnchanged || isNoWorse {
      verdict = .pass
    } else {
      // A regression has to be proven at the level that is left when all groups are tested.
      let alpha = drop > options.maxDrop ? options.alpha / Double(tests) : options.alpha
      imagesToDecide = pairs.imagesToDecide(margin: options.maxDrop, alpha: alpha).map { max($0, pairs.count + 1) }
    }
  }
}
