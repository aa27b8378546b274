import Comparison
import Diagnostics
import Runs
import Statistics
import Text

extension Gate.Group {
  /// Accuracy before and now, as percentages.
  var before: String { Self.percent(pairs.first, pairs.count) }
  var now: String { Self.percent(pairs.second, pairs.count) }

  fileprivate static func percent(_ part: Int, _ whole: Int) -> String {
    whole > 0 ? NumberFormat.percent(Double(part) / Double(whole)) : "–"
  }

  /// The change in percentage points, with its interval: `−2.3 (−3.5 to −1.1)`.
  var change: String {
    "\(NumberFormat.signed(-100 * drop, 1)) "
      + "(\(NumberFormat.signed(-100 * interval.upperBound, 1)) to \(NumberFormat.signed(-100 * interval.lowerBound, 1)))"
  }

  /// What the test says, in a sentence.
  func sentence(_ options: Gate.Options) -> String {
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
      let way = Remedy.text(
        images: pairs.count, drop: decidableDrop, needed: imagesToDecide, isProof: options.maxDrop > 0)
      return "Neither a drop of more than \(allowed) nor its absence is proven: \(numbers); \(way)."
    }
  }
}

/// What would decide an inconclusive comparison.
private enum Remedy {
  /// - Parameters:
  ///   - images: how many were compared.
  ///   - drop: the limit that they can decide.
  ///   - needed: how many images would decide the limit that was asked for, if there are so many.
  ///   - isProof: whether they would show that less is lost, and not that something is.
  static func text(images: Int, drop: Double?, needed: Int?, isProof: Bool) -> String {
    let these = images == 1 ? "this image" : "these \(NumberFormat.grouped(images)) images"
    let now =
      drop.map { "\(these) can decide a limit of \(points($0)): \(Setting.maxDrop.set(to: $0))" }
      ?? "\(these) can decide no limit below 1"
    guard let needed else { return now }
    return now + "; \(NumberFormat.grouped(needed)) images would probably decide, "
      + (isProof ? "if in truth nothing is lost" : "if what is lost here is lost in truth")
  }

  static func points(_ share: Double) -> String {
    let points = NumberFormat.significant(100 * share, 3)
    return "\(points) percentage point\(points == "1" ? "" : "s")"
  }
}

extension Gate.Floor {
  /// The accuracy, with its interval: `62.1% (59.5 to 64.6)`.
  var measured: String {
    "\(Gate.Group.percent(correct, count)) (\(NumberFormat.fixed(100 * interval.lowerBound, 1)) to "
      + "\(NumberFormat.fixed(100 * interval.upperBound, 1)))"
  }

  /// The accuracy that is required, as a percentage.
  var required: String { NumberFormat.significant(100 * floor.accuracy, 6) + "%" }

  /// What the test says, in a sentence.
  func sentence(_ options: Gate.Options) -> String {
    let numbers = "accuracy \(measured), \(correct) of \(count) images"
    switch verdict {
    case .pass: return "At least \(required) are right: \(numbers)."
    case .regression:
      return
        "Fewer than \(required) are right (\(NumberFormat.probabilityEquation(adjustedPValue)) after Holm): \(numbers)."
    case .inconclusive, .untrustworthy:
      let these = count == 1 ? "this image" : "these \(NumberFormat.grouped(count)) images"
      let now =
        decidableAccuracy.map { "\(these) can prove \(Setting.floors.set(to: floor.text(for: $0)))" }
        ?? "\(these) can prove no accuracy"
      let need = imagesToDecide.map { "; \(NumberFormat.grouped($0)) images would probably decide" } ?? ""
      return "It is open whether at least \(required) are right: \(numbers); \(now)\(need)."
    }
  }
}

extension Gate {
  /// The outcome in one sentence.
  var headline: String {
    let allowed = options.allowedDrop
    let total = "\(groups.count) comparison\(groups.count == 1 ? "" : "s")"
    let required = "\(floors.count) required accurac\(floors.count == 1 ? "y" : "ies")"
    switch verdict {
    case .pass:
      let parts =
        (groups.isEmpty ? [] : ["no accuracy fell by more than \(allowed) in \(total)"])
        + (floors.isEmpty ? [] : ["none is below what is required in \(required)"])
      return "Pass: \(parts.joined(separator: ", and "))."
    case .regression:
      let (fallen, low) = (groups(.regression).count, floors(.regression).count)
      let parts =
        (fallen > 0 ? ["accuracy fell by more than \(allowed) in \(fallen) of \(total)"] : [])
        + (low > 0 ? ["accuracy is too low in \(low) of \(required)"] : [])
      return "Regression: \(parts.joined(separator: ", and "))."
    case .inconclusive:
      let (open, openFloors) = (groups(.inconclusive).count, floors(.inconclusive).count)
      let parts =
        (open > 0 ? ["\(open) of \(total) can't rule out a drop of more than \(allowed)"] : [])
        + (openFloors > 0 ? ["\(openFloors) of \(required) can't be told"] : [])
      let way =
        open > 0
        ? Remedy.text(
          images: groups[0].pairs.count, drop: decidableDrop, needed: imagesToDecide, isProof: options.maxDrop > 0)
        : imagesToDecide.map { "\(NumberFormat.grouped($0)) images would probably decide" }
      return "Inconclusive: \(parts.joined(separator: ", and "))\(way.map { "; \($0)" } ?? "")."
    case .untrustworthy:
      return "Not trustworthy: the evaluation itself is in doubt, so that its numbers decide nothing."
    }
  }

  /// How the decision was made, for readers who were not there.
  var method: String {
    let family = groups.count + floors.count
    let drops = """
      Accuracy is compared image by image with the baseline. A group is a regression if a drop of at most \
      \(options.allowedDrop) is rejected (Tango's score test and McNemar's exact \
      test, p-values adjusted after Holm over \(family) groups), and passes if a drop of at least that is \
      rejected; α = \(NumberFormat.significant(options.alpha, 6)). Intervals have \
      \(intervalConfidence) confidence (Tango 1998).
      """
    let accuracies = """
      A required accuracy is missed if “at least that” is rejected by the score test of one proportion (p-values adjusted \
      after Holm over \(family)), and met if “at most that” is; α = \(NumberFormat.significant(options.alpha, 6)). Intervals \
      have \(intervalConfidence) confidence (Wilson 1927).
      """
    return ((groups.isEmpty ? [] : [drops]) + (floors.isEmpty ? [] : [accuracies])).joined(separator: " ")
  }

  /// `90%`; as many digits as it takes to tell it from 100%.
  var intervalConfidence: String { NumberFormat.confidence(1 - 2 * options.alpha, tails: 2 * options.alpha) }
}

extension Gate.Options {
  /// `1 percentage point`.
  var allowedDrop: String { Remedy.points(maxDrop) }
}
