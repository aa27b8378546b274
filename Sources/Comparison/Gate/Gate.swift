public import Statistics

/// Whether a run is worse than a baseline on the same images, or less accurate than required: the decision of `robust check`.
///
/// Per group (a model, clean or under one attack, goal and budget) with drop d = accuracy before − accuracy now:
/// - *regression* if “the drop is at most `maxDrop`” is rejected at α, by Tango's score test and, so that few discordant
///   pairs are treated exactly, by McNemar's one-sided test as well. These p-values are adjusted after Holm over all
///   groups and required accuracies: a run in which no drop is above `maxDrop` is called a regression with probability at
///   most α.
/// - *pass* if “the drop is at least `maxDrop`” is rejected at α. A pass needs this of every group, so nothing is adjusted
///   (an intersection–union test, Berger 1982): a run in which some drop is above `maxDrop` passes with probability at
///   most α. It is a pass as well if the model file is the same and no image changed, since nothing is sampled then; and
///   for `maxDrop` 0, which no number of images could prove, if no fewer images are right than before.
/// - *inconclusive* otherwise, with the limit that these images can decide, and how many would decide if there are so many.
public struct Gate: Sendable, Hashable {
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
    /// For an inconclusive group, how many images would probably decide; nil if there are not so many, or none would.
    public var imagesToDecide: Int?
    /// For an inconclusive group, the smallest `maxDrop` of two digits that these images pass; nil if there is none below 1.
    public var decidableDrop: Double?
    /// Numbers of the images that were right before and are wrong now, and the other way round.
    public var lost: [Int]
    public var gained: [Int]

    /// Accuracy before − accuracy now.
    public var drop: Double { pairs.difference }
  }

  public var options: Options
  public var verdict: Verdict
  /// Those of the baseline; none without one.
  public var groups: [Group]
  /// What is required of the run by itself.
  public var floors: [Floor]
  /// Differences that do not stop the comparison, in sentences.
  public var notes: [String]
  /// Why the run is not to be trusted, in sentences; empty if it is.
  public var doubts: [String]

  /// How many images would probably decide all that is inconclusive; nil if nothing is, or there are not so many.
  public var imagesToDecide: Int? {
    let needs =
      groups(.inconclusive).map(\.imagesToDecide) + floors(.inconclusive).map(\.imagesToDecide)
    return needs.contains(nil) ? nil : needs.compactMap { $0 }.max()
  }

  /// The smallest `maxDrop` of two digits at which no group is inconclusive; nil if none is, or only one of 1 would do.
  public var decidableDrop: Double? {
    let limits = groups(.inconclusive).map(\.decidableDrop)
    return limits.contains(nil) ? nil : limits.compactMap { $0 }.max()
  }

  /// The groups with `verdict`.
  public func groups(_ verdict: Verdict) -> [Group] { groups.filter { $0.verdict == verdict } }

  /// The required accuracies with `verdict`.
  public func floors(_ verdict: Verdict) -> [Floor] { floors.filter { $0.verdict == verdict } }

  /// Compares `run` with `baseline`.
  ///
  /// - Parameters:
  ///   - available: how many images the run could have had; nil if that is not known.
  ///   - doubts: why the run is not to be trusted.
  /// - Throws: `InputError` of kind `.file` if the run lacks something that the baseline holds.
  init(
    _ baseline: Baseline?, _ run: Baseline, options: Options, available: Int?, notes: [String] = [],
    doubts: [String] = []
  ) throws {
    self.options = options
    self.doubts = doubts
    let pairing = try baseline.map { try Pairing($0, run) }
    self.notes = notes + (pairing?.notes ?? [])
    groups = baseline?.outcomes.groups.map { pairing!.group($0, options) } ?? []
    var floors = try Self.floors(options, run)
    if let baseline, let pairing {
      for index in floors.indices {
        floors[index].baselineKey = pairing.counterpart(of: floors[index].key, in: baseline)
      }
    }
    self.floors = floors
    let adjusted = Statistics.holmAdjusted(groups.map(\.regressionPValue) + floors.map(\.regressionPValue))
    for index in groups.indices {
      groups[index].adjustedPValue = adjusted[index]
      groups[index].decide(
        options, isSameModel: pairing!.isUnchanged(groups[index].key.model), available: available)
    }
    for index in floors.indices {
      self.floors[index].adjustedPValue = adjusted[groups.count + index]
      self.floors[index].decide(options, available: available)
    }
    let verdicts = Set(groups.map(\.verdict) + self.floors.map(\.verdict))
    verdict =
      !doubts.isEmpty
      ? .untrustworthy
      : verdicts.contains(.regression) ? .regression : verdicts.contains(.inconclusive) ? .inconclusive : .pass
  }
}

extension Gate.Group {
  init(_ key: Outcomes.Key, images: [Int], before: [Bool], now: [Bool], options: Gate.Options) {
    self.key = key
    let outcomes = PairedOutcomes(images, before, now)
    (pairs, lost, gained) = (outcomes.proportions, outcomes.onlyFirst, outcomes.onlySecond)
    let score = TangoScore(pairs)
    let bounds = score.interval(upperTail: options.alpha)
    interval = bounds.lower...bounds.upper
    mcNemar = McNemarTest(pairs)
    regressionPValue = max(score.pValue(above: options.maxDrop), mcNemar.pValueFirstLarger)
    adjustedPValue = regressionPValue
    passPValue = score.pValue(below: options.maxDrop)
    verdict = .inconclusive
  }

  fileprivate mutating func decide(_ options: Gate.Options, isSameModel: Bool, available: Int?) {
    let isUnchanged = isSameModel && pairs.discordant == 0
    let isNoWorse = options.maxDrop == 0 && pairs.onlyFirst <= pairs.onlySecond
    if adjustedPValue <= options.alpha {
      verdict = .regression
    } else if passPValue <= options.alpha || isUnchanged || isNoWorse {
      verdict = .pass
    } else {
      imagesToDecide = pairs.imagesToDecide(margin: options.maxDrop, alpha: options.alpha)
        .map { max($0, pairs.count + 1) }.flatMap { images in (available ?? 0) >= images ? images : nil }
      decidableDrop = pairs.decidableDifference(from: interval.upperBound, alpha: options.alpha)
    }
  }
}
