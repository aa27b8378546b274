import Kernels
import Models
import Tensors

extension MatrixCapsules: ExportedNetwork {
  func write(_ image: String, to writer: inout GraphWriter) -> String {
    let prepared = configuration.writePreparation(of: image, to: &writer)
    let features = writer.layer("convolution") { writer in
      writer.relu(
        writer.convolution(
          prepared, parameters["convolution.weight"], bias: parameters["convolution.bias"], stride: 2, "convolution"),
        "relu")
    }
    var children = writer.layer("primary") { writePrimaryCapsules(features, &$0) }
    for (layer, routing) in routedLayers.dropLast() {
      children = writer.layer(layer) { writer in
        let parents = write(layer, routing, children, &writer)
        let shape = [routing.positions, routing.parentTypes]
        let poses = writer.reshape(parents.poses, shape + [16], "poses")
        return EMRouting.Capsules(poses: poses, activations: writeActivations(of: parents.scores, shape, &writer))
      }
    }
    let (layer, routing) = routedLayers.last!
    return writer.layer(layer) { writer in
      let scores = write(layer, routing, children, &writer).scores
      switch configuration.activationRule {
      case .logistic: return writer.reshape(scores, [configuration.classCount], "scores")
      case .mixingProportion:
        // The logarithm of a softmax, as a difference: that operator would be taken for what squashes scores.
        let masses = writer.reshape(scores, [configuration.classCount], "logMasses")
        return writer.subtract(masses, writer.reduce("LogSumExp", masses, [1], "logMass"), "scores")
      }
    }
  }

  private func writePrimaryCapsules(_ features: String, _ writer: inout GraphWriter) -> EMRouting.Capsules {
    let types = configuration.primaryTypes
    let sums = writer.convolution(
      features, parameters["primary.weight"], bias: parameters["primary.bias"], "convolution")
    let places = routedLayers[0].routing.rows * routedLayers[0].routing.columns
    let units = writer.reshape(
      writer.transpose(sums, [0, 2, 3, 1], "transposed"), [places, types * 17], "capsules")
    let elements = writer.slice(units, [(axis: 2, range: 0..<types * 16)], "elements")
    let logits = writer.slice(units, [(axis: 2, range: types * 16..<types * 17)], "logits")
    return EMRouting.Capsules(
      poses: writer.reshape(elements, [places, types, 16], "poses"),
      activations: writer.node("Sigmoid", [logits], "activations"))
  }

  private func write(
    _ layer: String, _ routing: EMRouting, _ children: EMRouting.Capsules, _ writer: inout GraphWriter
  ) -> (poses: String, scores: String) {
    routing.write(
      children, weights: parameters["\(layer).weight"], betaActivation: parameters["\(layer).beta_a"],
      betaCost: parameters["\(layer).beta_u"], to: &writer)
  }

  /// The activations, `[batch] + shape`, of capsules with `scores`.
  private func writeActivations(of scores: String, _ shape: [Int], _ writer: inout GraphWriter) -> String {
    switch configuration.activationRule {
    case .logistic: writer.reshape(writer.node("Sigmoid", [scores], "logistic"), shape, "activations")
    case .mixingProportion:
      writer.reshape(
        writer.softmax(writer.reshape(scores, [shape[0] * shape[1]], "logMasses"), axis: 1, "proportions"), shape,
        "activations")
    }
  }
}
