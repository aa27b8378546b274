import Kernels
import Tensors

/// The receptive fields of a layer routed by EM, as indices.
extension EMRouting {
  /// For every position, the places of its receptive field, row-major.
  var fields: [[Int]] {
    (0..<outputRows).flatMap { row in
      (0..<outputColumns).map { column in
        (0..<kernelRows).flatMap { y in
          (0..<kernelColumns).map { x in (row * stride + y) * columns + column * stride + x }
        }
      }
    }
  }

  /// For every place that any field holds, where it stands in the fields, counted through them; by place.
  private var coverings: [[Int]] {
    var coverings = [[Int]](repeating: [], count: rows * columns)
    for (index, place) in fields.joined().enumerated() { coverings[place].append(index) }
    return coverings.filter { !$0.isEmpty }
  }

  /// One over the number of parents that a child votes for: `[P, 1, 1, n]`.
  var initialAssignments: Tensor {
    var counts = [Int](repeating: 0, count: rows * columns)
    for place in fields.joined() { counts[place] += scope == .image ? parentTypes : 0 }
    let shares = fields.flatMap { field in
      childrenOfField.map { place in 1 / Float(scope == .image ? counts[field[place]] : parentTypes) }
    }
    return Tensor(shares, shape: [positions, 1, 1, children])
  }

  /// The place of each child of a position in the field. Where weights are shared, children count types first.
  private var childrenOfField: [Int] {
    sharesWeights
      ? (0..<childTypes).flatMap { _ in 0..<fieldPlaces }
      : (0..<fieldPlaces).flatMap { [Int](repeating: $0, count: childTypes) }
  }

  /// V_ij = M_i W_ij, with the coordinates added if there are any: `[batch, P, C, n, 16]`.
  ///
  /// Children with a weight of their own meet all their parents in one product of matrices.
  /// - Parameter poses: `[batch, place, T, 16]`.
  func writeVotes(_ poses: String, _ weights: Tensor, _ writer: inout GraphWriter) -> String {
    let side = weights.shape[2]
    let (height, own) = (16 / side, sharesWeights ? childTypes : children)
    // A weight's places: where it shares them, those of the field, else the positions.
    let copies = sharesWeights ? fieldPlaces : positions
    let byWeight: String
    if sharesWeights {
      precondition(positions == 1 && fieldPlaces == rows * columns, "EMRouting: shared weights of several positions")
      byWeight = writer.transpose(poses, [0, 2, 1, 3], "posesByType")
    } else {
      let indices = (0..<fieldPlaces).flatMap { place in fields.map { $0[place] } }
      let gathered = writer.gather(poses, indices, [fieldPlaces, positions], axis: 1, "fields")
      byWeight = writer.transpose(gathered, [0, 1, 3, 2, 4], "posesByChild")
    }
    let matrices = writer.reshape(byWeight, [own, copies * height, side], "matrices")
    let weight = writer.constant(transposed(weights), "weight")
    let products = writer.reshape(
      writer.product(matrices, weight, "products"), [own, copies, height, parentTypes, side], "votesByChild")
    let order = sharesWeights ? [0, 4, 1, 2, 3, 5] : [0, 2, 4, 1, 3, 5]
    let votes = writer.reshape(
      writer.transpose(products, order, "votesByParent"), [positions, parentTypes, children, 16], "votes")
    guard addsCoordinates else { return votes }
    return writer.add(votes, writer.constant(coordinates, "coordinates"), "votesWithCoordinates")
  }

  /// Weights `[own, C, side, side]` as `[own, side, C·side]`.
  private func transposed(_ weights: Tensor) -> Tensor {
    let (own, types, side) = (weights.shape[0], weights.shape[1], weights.shape[2])
    return Tensor(uninitialized: [own, side, types * side]) { result in
      weights.withUnsafeBuffer { weights in
        var index = 0
        for child in 0..<own {
          for row in 0..<side {
            for type in 0..<types {
              for column in 0..<side {
                result[index] = weights[((child * types + type) * side + row) * side + column]
                index += 1
              }
            }
          }
        }
      }
    }
  }

  /// The scaled (row, column) of a child's place, in elements 3 and 7 of its vote: `[n, 16]`.
  private var coordinates: Tensor {
    var values = [Float](repeating: 0, count: children * 16)
    for (child, place) in childrenOfField.enumerated() {
      values[child * 16 + 3] = (Float(place / kernelColumns) + 0.5) / Float(kernelRows)
      values[child * 16 + 7] = (Float(place % kernelColumns) + 0.5) / Float(kernelColumns)
    }
    return Tensor(values, shape: [children, 16])
  }

  /// Activations `[batch, place, T]` as `[batch, P, 1, 1, n]`.
  func writeActivations(_ activations: String, _ writer: inout GraphWriter) -> String {
    let ordered =
      sharesWeights
      ? writer.transpose(activations, [0, 2, 1], "activationsByType")
      : writer.gather(
        activations, fields.flatMap { $0 }, [positions, fieldPlaces], axis: 1, "activationsOfFields")
    return writer.reshape(ordered, [positions, 1, 1, children], "activationsOfChildren")
  }

  /// From ln a_j + ln p_ij, `[batch, P, C, n, 1]`, to R_ij, `[batch, P, C, 1, n]`: a softmax over all the parents of a child,
  /// or over those at one position.
  func writeSoftmax(_ logProbabilities: String, _ writer: inout GraphWriter) -> String {
    let shape = [positions, parentTypes, 1, children]
    guard scope == .image, positions > 1 else {
      return writer.reshape(writer.softmax(logProbabilities, axis: 2, "softmax"), shape, "assignments")
    }
    precondition(!sharesWeights, "EMRouting: shared weights of several positions")
    let (slots, coverings) = (positions * fieldPlaces, coverings)
    let most = coverings.map(\.count).max()!
    // A row of what no parent is for children that have fewer parents than others.
    let rows = writer.reshape(
      writer.transpose(
        writer.reshape(logProbabilities, [positions, parentTypes, fieldPlaces, childTypes], "split"), [0, 1, 3, 2, 4],
        "byPlace"), [slots, parentTypes * childTypes], "rows")
    let padded = writer.node(
      "Pad", [rows, writer.integers([0, 0, 0, 0, 1, 0], "noParent.pads"), writer.constant(-1e30, "noParent")],
      "padded")
    let ofPlaces = writer.gather(
      padded, coverings.flatMap { $0 + [Int](repeating: slots, count: most - $0.count) }, [coverings.count, most],
      axis: 1, "parents")
    let softmax = writer.softmax(
      writer.reshape(ofPlaces, [coverings.count, most * parentTypes, childTypes], "parentsOfChildren"), axis: 2,
      "softmax")
    var back = [Int](repeating: 0, count: slots)
    for (row, covering) in coverings.enumerated() {
      for (column, slot) in covering.enumerated() { back[slot] = row * most + column }
    }
    let shares = writer.gather(
      writer.reshape(softmax, [coverings.count * most, parentTypes * childTypes], "shares"), back, [slots], axis: 1,
      "sharesOfPositions")
    return writer.reshape(
      writer.transpose(
        writer.reshape(shares, [positions, fieldPlaces, parentTypes, childTypes], "splitShares"), [0, 1, 3, 2, 4],
        "sharesByType"), shape, "assignments")
  }
}
