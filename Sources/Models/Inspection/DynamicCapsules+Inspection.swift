import Autodiff
import Kernels
package import Tensors

extension DynamicCapsules: Inspectable {
  /// The channels of the convolution, the lengths of the primary capsules, and those of the class capsules with the
  /// entropy of the couplings.
  package func activities(of images: Tensor) -> [LayerActivity] {
    let graph = Graph()
    let bound = parameters.bound(to: graph, trained: { _ in false })
    var activities: [LayerActivity] = []
    var children = Tensor(shape: [0])
    let outputs = outputs(for: graph.constant(images), parameters: bound, mode: .evaluation) { name, values in
      guard name == "primary" else {
        activities.append(LayerActivity(name, activations: values.transposed([0, 2, 3, 1]).value, scale: 0))
        return
      }
      children = values.value
      let size = configuration.sizes[1]
      let lengths = Self.lengths(of: children)
      activities.append(
        LayerActivity(
          name,
          activations: lengths.reshaped(to: [children.shape[0], size.rows, size.columns, configuration.primaryTypes]),
          scale: 1))
    }
    let classes = outputs.activations.value
    activities.append(
      LayerActivity(
        "classes", activations: classes.reshaped(to: [classes.shape[0], 1, 1, classCount]), scale: 1,
        routing: { [routing, weights = parameters[Self.transformation], children] image in
          DynamicRoutingTrace(
            routing: routing, poses: children.rows(image..<image + 1).scalars.map(Double.init),
            weights: weights.scalars.map(Double.init)
          ).statistics
        }))
    return activities
  }

  /// ‖u‖ over the last axis of `[batch, child, element]`.
  private static func lengths(of poses: Tensor) -> Tensor {
    let elements = poses.shape[2]
    return Tensor(uninitialized: [poses.shape[0], poses.shape[1]]) { lengths in
      poses.withUnsafeBuffer { poses in
        for child in 0..<poses.count / elements {
          lengths[child] = poses[child * elements..<(child + 1) * elements].reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
      }
    }
  }
}
