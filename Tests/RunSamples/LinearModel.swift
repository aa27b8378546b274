package import Autodiff
package import Models
package import Tensors

/// scores = `scale` · (W x + b), with weights drawn at random: healthy, unless `scale` saturates softmax.
package struct LinearModel: Classifier {
  package let name = "linear"
  package let inputShape: Shape = [1, 8, 8]
  package let classCount: Int
  package var trainingLoss = Loss.crossEntropy
  package let chunkSize = 16
  package let weights: Tensor
  package let bias: Tensor

  package init(classes: Int = 4, scale: Float = 0.3, seed: UInt64 = 3) {
    var stream = RandomStream(seed: seed)
    classCount = classes
    weights = Tensor((0..<classes * 64).map { _ in scale * stream.normal() }, shape: [classes, 64])
    bias = Tensor(repeating: 0, shape: [classes])
  }

  package init(weights: [[Float]], bias: [Float]) {
    classCount = weights.count
    self.weights = Tensor(weights.flatMap { $0 }, shape: [weights.count, 64])
    self.bias = Tensor(bias, shape: [weights.count])
  }

  package func outputs(for images: Variable) -> ClassifierOutputs {
    let graph = images.graph
    let scores = images.flattened().linear(graph.constant(weights), bias: graph.constant(bias))
    return ClassifierOutputs(scores: scores, activations: scores.sigmoid())
  }
}
