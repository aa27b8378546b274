import Autodiff
package import Models
package import Tensors

/// What a model takes an image for.
package struct Prediction: Sendable, Hashable {
  package let classIndex: Int
  /// The activation of that class, in [0, 1]: a softmax, or for capsules a logistic.
  package let confidence: Float
  /// The score of the true class less the largest of the others: negative when it is misclassified.
  package let margin: Float

  /// What `classifier` takes `images`, `[batch, channel, row, column]`, for; `labels` are their true classes.
  package static func all(_ classifier: any Classifier, _ images: Tensor, labels: [Int]) -> [Prediction] {
    guard !labels.isEmpty else { return [] }
    let outputs = classifier.outputs(for: Graph().constant(images))
    let classes = classifier.classCount
    let predictions = outputs.scores.value.argmaxOfRows()
    return outputs.scores.value.withUnsafeBuffer { scores in
      outputs.activations.value.withUnsafeBuffer { activations in
        labels.enumerated().map { row, label in
          let mine = scores[row * classes..<(row + 1) * classes]
          let others = mine.indices.filter { $0 != row * classes + label }.map { mine[$0] }
          return Prediction(
            classIndex: predictions[row], confidence: activations[row * classes + predictions[row]],
            margin: mine[row * classes + label] - (others.max() ?? 0))
        }
      }
    }
  }
}
