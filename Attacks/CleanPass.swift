import Autodiff
public import Models
public import Tensors

/// A forward pass of the unperturbed images of a batch, which attacks with several goals can share.
public struct CleanPass {
  let graph: Graph
  let input: Variable
  let outputs: ClassifierOutputs

  /// Runs `classifier` on `images`, `[batch, channel, row, column]`, and keeps what gradients will want.
  public init(_ classifier: any Classifier, images: Tensor) {
    graph = Graph()
    input = graph.variable(images)
    outputs = classifier.outputs(for: input)
  }

  /// `[batch, classes]`.
  public var scores: Tensor { outputs.scores.value }
  public var predictions: [Int] { scores.argmaxOfRows() }
}
