import Autodiff
import Foundation
import Kernels
package import Tensors

extension MatrixCapsules: Inspectable {
  /// The channels of the convolution, the primary capsules, and each routed layer with its routing.
  package func activities(of images: Tensor) -> [LayerActivity] {
    let graph = Graph()
    let bound = parameters.bound(to: graph, trained: { _ in false })
    var activities: [LayerActivity] = []
    var children: (poses: Tensor, activations: Tensor)?
    _ = outputs(for: graph.constant(images), parameters: bound, mode: .evaluation) { name, poses, activations in
      guard let poses else {
        activities.append(LayerActivity(name, activations: activations.transposed([0, 2, 3, 1]).value, scale: 0))
        return
      }
      defer { children = (poses.value, activations.value) }
      guard let children, let routing = routedLayers.first(where: { $0.name == name })?.routing else {
        activities.append(LayerActivity(name, activations: activations.value, scale: 1))
        return
      }
      let isProportion = configuration.activationRule == .mixingProportion
      activities.append(
        LayerActivity(
          name, activations: activations.value,
          scale: isProportion ? 1 / Float(activations.shape.withoutBatch.count) : 1,
          rest: parameters["\(name).beta_a"].scalars.map {
            isProportion ? 0 : 1 / (1 + exp(-routing.inverseTemperatures.last! * $0))
          },
          trace: { [parameters] image in
            RoutingTrace(
              routing: routing,
              inputs: RoutingTrace.Inputs(
                poses: children.poses.rows(image..<image + 1),
                activations: children.activations.rows(image..<image + 1),
                weights: parameters["\(name).weight"], betaActivation: parameters["\(name).beta_a"],
                betaCost: parameters["\(name).beta_u"]))
          }))
    }
    return activities
  }
}
