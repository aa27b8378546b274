public import Autodiff

/// A training loss, averaged over the batch.
public enum Loss: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Spread loss on activations with margin `margin` (Hinton et al. 2018, Eq. 3).
  case spread(margin: Float)
  /// Margin loss on activations with m⁺ 0.9, m⁻ 0.1, λ 0.5 (Sabour et al. 2017, Eq. 4).
  case margin
  /// Cross-entropy of softmax(scores).
  case crossEntropy

  public var description: String {
    switch self {
    case .spread(let margin): "spread(margin: \(margin))"
    case .margin: "margin"
    case .crossEntropy: "cross-entropy"
    }
  }

  /// The loss of each image, shape `[batch]`.
  public func perImage(_ outputs: ClassifierOutputs, labels: [Int]) -> Variable {
    switch self {
    case .spread(let margin): outputs.activations.spreadLoss(labels: labels, margin: margin)
    case .margin: outputs.activations.marginLoss(labels: labels)
    case .crossEntropy: outputs.scores.crossEntropy(labels: labels)
    }
  }
}
