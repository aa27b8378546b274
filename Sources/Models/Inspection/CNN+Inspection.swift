import Autodiff
package import Tensors

extension CNN: Inspectable {
  /// The pooled channels of each convolution, the hidden units, and the softmax of the scores.
  package func activities(of images: Tensor) -> [LayerActivity] {
    let graph = Graph()
    let parameters = parameters.bound(to: graph, trained: { _ in false })
    var activities: [LayerActivity] = []
    let outputs = outputs(for: graph.constant(images), parameters: parameters, mode: .evaluation) { name, units in
      let maps = units.shape.rank == 4 ? units.transposed([0, 2, 3, 1]) : units.reshaped(to: units.shape.asMap)
      activities.append(LayerActivity(name, activations: maps.value, scale: 0))
    }
    let readout = outputs.activations
    activities.append(
      LayerActivity("readout", activations: readout.reshaped(to: readout.shape.asMap).value, scale: 1))
    return activities
  }
}

extension Shape {
  /// `[batch, units]` as one position of as many types.
  fileprivate var asMap: Shape { [self[0], 1, 1, self[1]] }
}
