package import Attacks
import Foundation
package import Tensors

extension RecordFlags {
  /// What an attack noted of one image.
  package init(_ account: AttackAccount) {
    self = []
    if account.zeroGradient { insert(.zeroGradient) }
    if account.invalidGradients > 0 { insert(.nonFiniteGradient) }
    if account.nonFiniteScore { insert(.nonFiniteScore) }
    if account.silentSuccess { insert(.silentSuccess) }
  }

  /// What the `[batch, classes]` scores of original images tell by themselves.
  package static func ofScores(_ scores: Tensor, labels: [Int]) -> [RecordFlags] {
    let classes = scores.shape[1]
    return scores.withUnsafeBuffer { scores in
      labels.enumerated().map { row, label in
        flags(UnsafeBufferPointer(rebasing: scores[row * classes..<(row + 1) * classes]), label)
      }
    }
  }

  private static func flags(_ scores: UnsafeBufferPointer<Float>, _ label: Int) -> RecordFlags {
    guard scores.allSatisfy(\.isFinite) else { return .nonFiniteScore }
    var flags: RecordFlags = []
    // The others' share in units of the label's. Added to 1 in Float, less than half of the next Float's distance is lost.
    let others = scores.indices.reduce(0.0) { sum, k in
      k == label ? sum : sum + exp(Double(scores[k]) - Double(scores[label]))
    }
    if others < 0x1p-24 { flags.insert(.saturatedLoss) }
    let sum = scores.reduce(0.0) { $0 + Double($1) }
    if abs(sum - 1) < 1e-4, scores.allSatisfy({ $0 >= 0 && $0 <= 1 }) { flags.insert(.probabilityScores) }
    return flags
  }
}
