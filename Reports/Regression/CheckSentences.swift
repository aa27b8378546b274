import Evaluation

extension RegressionCheck.Group {
  /// Accuracy before and now, as percentages.
  var before: String { Self.percent(pairs.first, pairs.count) }
  var now: String { Self.percent(pairs.second, pairs.count) }

  private static func percent(_ part: Int, _ whole: Int) -> String {
    whole > 0 ? NumberFormat.percent(Double(part) / Double(whole)) : "–"
  }

  /// The change in percentage points, with its interval: `−2.3 (−3.5 to −1.1)`.
  var change: String {
    "\(NumberFormat.signed(-100 * drop, 1)) "
      + "(\(NumberFormat.signed(-100 * interval.upperBound, 1)) to \(NumberFormat.signed(-100 * interval.lowerBound, 1)))"
  }

  /// What the test says, in a sentence.
  func sentence(_ options: RegressionCheck.Options) -> String {
    let allowed = options.allowedDrop
    let counts = "\(pairs.onlyFirst) images lost, \(pairs.onlySecond) gained of \(pairs.count)"
    let numbers = "accuracy \(before) → \(now), change \(change) points; \(counts)"
    switch verdict {
    case .pass where passPValue > options.alpha:
      return (pairs.discordant == 0 ? "Nothing changed: " : "No fewer images are right: ") + "\(numbers)."
    case .pass: return "No drop of more than \(allowed): \(numbers)."
    case .regression:
      return
        "A drop of more than \(allowed) (\(NumberFormat.probabilityEquation(adjustedPValue)) after Holm): \(numbers)."
    case .inconclusive, .untrustworthy:
      let need = imagesToDecide.map { "about \(NumberFormat.grouped($0)) images would decide" }
      return "Neither a drop of more than \(allowed) nor its absence is proven: \(numbers); "
        + (need ?? "the change is so close to the limit that no realistic number of images would decide") + "."
    }
  }
}

extension RegressionCheck {
  /// The outcome in one sentence.
  var headline: String {
    let allowed = options.allowedDrop
    let total = "\(groups.count) comparison\(groups.count == 1 ? "" : "s")"
    switch verdict {
    case .pass: return "Pass: no accuracy fell by more than \(allowed) in \(total)."
    case .regression:
      return "Regression: accuracy fell by more than \(allowed) in \(groups(.regression).count) of \(total)."
    case .inconclusive:
      let open = groups(.inconclusive).count
      let need =
        imagesToDecide.map { "about \(NumberFormat.grouped($0)) images would decide" }
        ?? "no realistic number of images would decide"
      return "Inconclusive: \(open) of \(total) can't rule out a drop of more than \(allowed); \(need)."
    case .untrustworthy:
      return "Not trustworthy: the evaluation itself is in doubt, so that its numbers decide nothing."
    }
  }

  /// How the decision was made, for readers who were not there.
  var method: String {
    """
    Accuracy is compared image by image with the baseline. A group is a regression if a drop of at most \
    \(options.allowedDrop) is rejected (Tango's score test and McNemar's exact \
    test, p-values adjusted after Holm over \(groups.count) groups), and passes if a drop of at least that is \
    rejected; α = \(NumberFormat.short(options.alpha, 6)). Intervals have \
    \(NumberFormat.short(100 * (1 - 2 * options.alpha), 3))% confidence (Tango 1998).
    """
  }
}

extension RegressionCheck.Options {
  /// `1 percentage point`.
  var allowedDrop: String {
    let points = NumberFormat.short(100 * maxDrop, 3)
    return "\(points) percentage point\(points == "1" ? "" : "s")"
  }
}
