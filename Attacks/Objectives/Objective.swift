package import Autodiff
import Diagnostics
package import Models

/// What a gradient attack climbs, or for some goals descends: one number for each image.
///
/// With scores z, true label y and target t, and π the order of descending scores:
///
///     own-loss, cross-entropy   untargeted: ascend L(y)              targeted: descend L(t)
///     margin                    ascend max_{j≠y} z_j − z_y           ascend z_t − max_{j≠t} z_j
///     dlr                       ascend −(z_y − max_{j≠y} z_j)/(z_π1 − z_π3)
///                               ascend −(z_y − z_t)/(z_π1 − (z_π3 + z_π4)/2)
public enum Objective: String, CaseIterable, Codable, Hashable, Sendable {
  /// The loss that the classifier was trained with, as the papers attacked it.
  case ownLoss = "own-loss"
  /// Cross-entropy of softmax(scores).
  case crossEntropy = "cross-entropy"
  /// The difference of scores of Carlini & Wagner 2017 (Eq. f₆), without confidence.
  case margin
  /// The difference of logits ratio of Croce & Hein 2020 (Eqs. 6 and 7): invariant to scale and shift of the scores.
  case dlr

  /// The objective called `name`.
  /// - Throws: `InputError` of kind `.usage` that lists the names.
  public init(parsing name: String) throws {
    self = Objective(rawValue: try Self.vocabulary.name(for: name, .usage, "\(Setting.objective)"))!
  }

  /// The fewest classes for which the objective means something.
  package func minimumClassCount(isTargeted: Bool) -> Int {
    switch self {
    case .ownLoss, .crossEntropy, .margin: 2
    case .dlr: isTargeted ? 4 : 3
    }
  }

  /// - Throws: `InputError` of kind `.usage` when a classifier has too few classes for it.
  public func validate(classCount: Int, isTargeted: Bool) throws {
    let minimum = minimumClassCount(isTargeted: isTargeted)
    guard classCount < minimum else { return }
    throw InputError(
      .usage, Setting.objective.set(to: rawValue),
      "a\(isTargeted ? " targeted" : "n untargeted") attack on it needs \(minimum) classes or more; "
        + "this model has \(classCount)",
      remedy: self == .dlr && classCount >= 2
        ? "use \(Setting.objective.set(to: "margin"))" : "use a model of at least two classes")
  }

  /// Whether an attack ascends the value of `perImage`; it descends it otherwise.
  package func ascends(isTargeted: Bool) -> Bool {
    switch self {
    case .ownLoss, .crossEntropy: !isTargeted
    case .margin: !isTargeted
    case .dlr: true
    }
  }

  /// The value for each image, shape `[batch]`.
  package func perImage(
    _ outputs: ClassifierOutputs, labels: [Int], goal: Goal, trainingLoss: Loss
  ) -> Variable {
    let judged = if case .targeted(let targets) = goal { targets } else { labels }
    return switch (self, goal) {
    case (.ownLoss, _): trainingLoss.perImage(outputs, labels: judged)
    case (.crossEntropy, _): outputs.scores.crossEntropy(labels: judged)
    case (.margin, _): outputs.scores.logitMargin(labels: judged)
    case (.dlr, .untargeted): outputs.scores.differenceOfLogitsRatio(labels: labels)
    case (.dlr, .targeted(let targets)):
      outputs.scores.targetedDifferenceOfLogitsRatio(labels: labels, targets: targets)
    }
  }
}
