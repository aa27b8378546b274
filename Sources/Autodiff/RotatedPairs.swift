import Kernels
package import Tensors

/// Pairs of elements of each vector rotated by angles of its position: rotary position embedding.
///
/// RoFormer (Su et al. 2021), equation 34. The inputs are the vectors, `[batch, positions, heads, size]` or
/// `[batch, heads, positions, size]`, and cosines and sines, `[batch or 1, positions, pairs]`.
package struct RotatedPairs: Operation {
  /// The axis of the positions: 1 or 2.
  package let positionAxis: Int
  /// Whether neighbours are a pair; else the first half of the rotated elements and the second give one each.
  package let isInterleaved: Bool

  package init(positionAxis: Int, isInterleaved: Bool) {
    precondition(positionAxis == 1 || positionAxis == 2, "RotatedPairs: axis \(positionAxis)")
    self.positionAxis = positionAxis
    self.isInterleaved = isInterleaved
  }

  package var name: String { "rotatedPairs" }

  /// Whether vectors and angles of these shapes go together.
  package func accepts(_ x: Shape, angles: Shape) -> Bool {
    x.rank == 4 && angles.rank == 3 && (angles[0] == 1 || angles[0] == x[0]) && angles[1] == x[positionAxis]
      && angles[2] <= x[3] / 2
  }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    Evaluation(rotated(inputs[0], inputs[1], inputs[2], isReversed: false))
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (x, cosines, sines) = (record.inputs[0], record.inputs[1], record.inputs[2])
    var gradients: [Tensor?] = [nil, nil, nil]
    if record.wants[0] { gradients[0] = rotated(record.gradient, cosines, sines, isReversed: true) }
    guard record.wants[1] || record.wants[2] else { return gradients }
    var byCosines = Tensor(shape: cosines.shape)
    let bySines = Tensor.from(x, record.gradient, shape: sines.shape) { x, g, bySines in
      byCosines.withUnsafeMutableBuffer {
        Kernels.reverseOfRotateByAngles(
          rotation(record.inputs[0].shape, cosines.shape), x, gradient: g, cosines: $0, sines: bySines)
      }
    }
    if record.wants[1] { gradients[1] = byCosines }
    if record.wants[2] { gradients[2] = bySines }
    return gradients
  }

  private func rotated(_ x: Tensor, _ cosines: Tensor, _ sines: Tensor, isReversed: Bool) -> Tensor {
    precondition(
      accepts(x.shape, angles: cosines.shape) && cosines.shape == sines.shape,
      "\(name): \(x.shape) by \(cosines.shape) and \(sines.shape)")
    return .from(x, cosines, sines, shape: x.shape) {
      Kernels.rotate(
        rotation(x.shape, cosines.shape), $0, cosines: $1, sines: $2, isReversed: isReversed, into: $3)
    }
  }

  private func rotation(_ x: Shape, _ angles: Shape) -> PairRotation {
    PairRotation(
      batch: x[0], outer: x[1], inner: x[2], positionIsOuter: positionAxis == 1, size: x[3], pairs: angles[2],
      isInterleaved: isInterleaved, anglesPerImage: angles[0] != 1)
  }
}
