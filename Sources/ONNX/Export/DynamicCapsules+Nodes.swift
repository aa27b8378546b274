import Kernels
import Models
import Tensors

extension DynamicCapsules: ExportedNetwork {
  func write(_ image: String, to writer: inout GraphWriter) -> String {
    let prepared = configuration.writePreparation(of: image, to: &writer)
    let features = writer.layer("convolution") { writer in
      writer.relu(
        writer.convolution(
          prepared, parameters["convolution.weight"], bias: parameters["convolution.bias"], "convolution"), "relu")
    }
    let poses = writer.layer("primary") { writer in
      let sums = writer.convolution(
        features, parameters["primary.weight"], bias: parameters["primary.bias"], stride: 2, "convolution")
      // Children count rows, then columns, then types.
      let vectors = writer.reshape(
        writer.transpose(sums, [0, 2, 3, 1], "transposed"), [routing.children, routing.childElements], "vectors")
      return writer.squash(vectors, "poses")
    }
    return writer.layer("classes") { writer in
      let sums = routing.write(poses, weights: parameters[Self.transformation], to: &writer)
      let squares = writer.reduce("SumSquare", sums, [2, 3], keeps: false, "squares")
      return writer.node(
        "Log", [writer.add(squares, writer.constant(Self.squareFloor, "squareFloor"), "floored")], "scores")
    }
  }
}

extension DynamicRouting {
  /// Writes the iterations of routing by agreement, one after the other.
  ///
  /// - Parameters:
  ///   - poses: `[batch, children, childElements]`.
  ///   - weights: of `weightShape`.
  /// - Returns: the sums of the last iteration, before they are squashed, `[batch, parents, 1, parentElements]`.
  fileprivate func write(_ poses: String, weights: Tensor, to writer: inout GraphWriter) -> String {
    let matrices = writer.constant(
      weights.reshaped(to: [children, parents * parentElements, childElements]), "weight")
    let columns = writer.reshape(poses, [children, childElements, 1], "columns")
    let byChild = writer.reshape(
      writer.product(matrices, columns, "products"), [children, parents, parentElements], "votesByChild")
    let votes = writer.transpose(byChild, [0, 2, 1, 3], "votes")
    var sums = writer.multiply(
      writer.sum(votes, [2], "total"), writer.constant(1 / Float(parents), "share"), "sums1")
    var reference: String?
    for iteration in 1..<max(iterations, 1) {
      sums = writer.layer("iteration\(iteration + 1)") { writer in
        let squashed = writer.squash(sums, "poses")
        // What a child is assigned by is the product of its vote and all poses so far.
        let sum = reference.map { writer.add($0, squashed, "reference") } ?? squashed
        reference = sum
        let agreements = writer.product(
          votes, writer.reshape(sum, [parents, parentElements, 1], "referenceColumns"), "agreements")
        let assignments = writer.reshape(
          writer.softmax(agreements, axis: 1, "softmax"), [parents, 1, children], "assignments")
        return writer.product(assignments, votes, "sums")
      }
    }
    return sums
  }
}

extension GraphWriter {
  /// `v = s ‖s‖ / (1 + ‖s‖²)` along the last axis.
  fileprivate mutating func squash(_ vectors: String, _ name: String) -> String {
    layer(name) { writer in
      let length = writer.reduce("L2", vectors, [-1], "length")
      let square = writer.multiply(length, length, "square")
      let scale = writer.divide(length, writer.add(square, writer.constant(1, "one"), "divisor"), "scale")
      return writer.multiply(vectors, scale, "squashed")
    }
  }
}
