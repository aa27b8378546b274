public import Autodiff
public import Tensors

/// What an attack sees: images in, scores out, all preprocessing inside.
///
/// Images are `[batch, channel, row, column]` in [0, 1]; evaluation mode; the same images give the same scores whatever
/// else is in the batch.
public protocol Classifier: Sendable {
  /// What reports call it.
  var name: String { get }
  /// `[channels, rows, columns]`.
  var inputShape: Shape { get }
  var classCount: Int { get }
  /// The loss it was trained with: what the objective `own-loss` ascends.
  var trainingLoss: Loss { get }
  /// How many images one chunk of an evaluation holds: fixed for a model, so that results do not depend on threads.
  var chunkSize: Int { get }

  /// What it can be asked for. One that gives labels only has scores of 1 for the predicted class and 0 for the others.
  var gives: Knowledge { get }

  /// Records the forward pass for `images` on their graph.
  func outputs(for images: Variable) -> ClassifierOutputs

  /// Throws what went wrong in the passes so far, of a classifier that can fail: one that another process computes. Their
  /// results are then worth nothing.
  func check() throws
}

extension Classifier {
  public var gives: Knowledge { .gradients }
  public func check() throws {}
}

/// The outputs of a classifier, on a graph.
public struct ClassifierOutputs {
  /// `[batch, classes]`, unbounded: logits, or for capsules the value before the logistic.
  public let scores: Variable
  /// `[batch, classes]` in [0, 1]: what the papers' losses act on (logistic for capsules, softmax for a CNN).
  public let activations: Variable
  /// `[batch, classes, elements]`: the poses of class capsules, of networks that have them.
  public let poses: Variable?

  public init(scores: Variable, activations: Variable, poses: Variable? = nil) {
    self.scores = scores
    self.activations = activations
    self.poses = poses
  }
}

extension Classifier {
  /// `[batch, classes]` scores of `images`; nothing is kept for a reverse pass.
  public func scores(of images: Tensor) -> Tensor {
    let graph = Graph()
    return outputs(for: graph.constant(images)).scores.value
  }

  /// The class with the largest score for each image; the first of equals.
  public func predictions(for images: Tensor) -> [Int] { scores(of: images).argmaxOfRows() }
}
