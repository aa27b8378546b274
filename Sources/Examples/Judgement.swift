import Autodiff
import Models
import Tensors

/// What a model says of an image.
struct Judgement: Sendable, Hashable {
  let prediction: Int
  /// The activation of the predicted class, in [0, 1]: a softmax, or for capsules a logistic.
  let confidence: Float
  /// The score of the true class less the largest of the others: negative when it is misclassified.
  let margin: Float

  /// What `classifier` says of `images`, `[batch, channel, row, column]`.
  static func all(_ classifier: any Classifier, _ images: Tensor, labels: [Int]) -> [Judgement] {
    guard !labels.isEmpty else { return [] }
    let outputs = classifier.outputs(for: Graph().constant(images))
    let classes = classifier.classCount
    let predictions = outputs.scores.value.argmaxOfRows()
    return outputs.scores.value.withUnsafeBuffer { scores in
      outputs.activations.value.withUnsafeBuffer { activations in
        labels.enumerated().map { row, label in
          let mine = scores[row * classes..<(row + 1) * classes]
          let others = mine.indices.filter { $0 != row * classes + label }.map { mine[$0] }
          return Judgement(
            prediction: predictions[row], confidence: activations[row * classes + predictions[row]],
            margin: mine[row * classes + label] - (others.max() ?? 0))
        }
      }
    }
  }
}
