public import Autodiff
public import Tensors

extension Model {
  /// The error of reconstruction of each image, `[batch]`, that training adds to the loss; nil without a decoder.
  public func auxiliaryLoss(
    for images: Variable, outputs: ClassifierOutputs, labels: [Int], parameters: BoundParameters, mode: Mode
  ) -> Variable? {
    guard let decoder, let poses = outputs.poses else { return nil }
    let target = configuration.seen(images, mode: mode)
    return decoder.loss(of: poses, classes: labels, for: target, parameters: parameters)
  }

  /// What the network sees of `images` in evaluation, in pixels of [0, 1]: the whole, or the crop in the centre.
  public func seen(_ images: Tensor) -> Tensor {
    configuration.seen(Graph().constant(images), mode: .evaluation).value
  }

  /// What the decoder makes of `poses` `[batch, classes, elements]` of one class each: `[batch, channels, rows, columns]`.
  /// - Precondition: the model has a decoder.
  public func reconstructions(of poses: Tensor, classes: [Int]) -> Tensor {
    guard let decoder else { preconditionFailure("reconstructions: \(name) has no decoder") }
    let graph = Graph()
    let bound = parameters.bound(to: graph, trained: { _ in false })
    return decoder.images(of: graph.constant(poses), classes: classes, parameters: bound).value
  }
}
