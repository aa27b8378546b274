package import Tensors

extension EMRouting {
  /// What the reverse pass wants of the forward pass: neither votes nor assignments, which it computes again.
  package struct Saved: Sendable {
    /// `[batch, iterations × position × block × 35, lane]`: mean (16), variance (16), mass, score, bias of log R.
    package let statistics: Tensor
    /// `[batch, iterations − 1, cell]`: what is subtracted from log R before its exponential is taken.
    package let shifts: Tensor
    /// `[batch, iterations − 1, cell]`: what scales a cell's assignments so that they sum to one.
    package let scales: Tensor

    package init(statistics: Tensor, shifts: Tensor, scales: Tensor) {
      self.statistics = statistics
      self.shifts = shifts
      self.scales = scales
    }
  }

  static let statisticsCount = 35
  /// Where the statistics of a parent block hold variance, mass, score and bias.
  static let (variance, mass, score, bias) = (16, 32, 33, 34)

  /// Routes `poses` `[batch, rows, columns, childTypes, 4, 4]` and `activations` `[batch, rows, columns, childTypes]`.
  ///
  /// - Returns: parent poses `[batch, row, column, parentTypes, 4, 4]`, and scores without the 4, 4: λ(β_a − Σ cost), whose
  ///   logistic is the parents' activation, or for mixing proportions ln Σᵢ rᵢⱼ, whose softmax over an image's is; and, if
  ///   `saving`, what the reverse pass wants.
  /// - Complexity: one computation of each vote per iteration. Memory: the assignments of one image.
  package func forward(
    poses: Tensor, activations: Tensor, weights: Tensor, betaActivation: Tensor, betaCost: Tensor, saving: Bool
  ) -> (poses: Tensor, scores: Tensor, saved: Saved?) {
    check(poses, activations, weights, betaActivation, betaCost)
    let batch = poses.shape[0]
    let (images, steps) = saving ? (batch, iterations) : (1, 1)
    let saved = Saved(
      statistics: Tensor(
        uninitialized: [images, steps * positions * blocks * Self.statisticsCount, Lanes.width]) { _ in },
      shifts: Tensor(uninitialized: [images, max(1, steps - 1), cells]) { _ in },
      scales: Tensor(uninitialized: [images, max(1, steps - 1), cells]) { _ in })
    let pass = EMForwardPass(self, weights: weights, betaActivation: betaActivation, betaCost: betaCost)
    let shape: Shape = [batch, outputRows, outputColumns, parentTypes]
    var scores = Tensor(uninitialized: shape) { _ in }
    let outputPoses = Tensor(uninitialized: Shape(shape.dimensions + [4, 4])) { output in
      scores.withUnsafeMutableBuffer { scores in
        for image in 0..<batch {
          let statistics = pass.run(
            poses: poses.floats + image * cells * 16, activations: activations.floats + image * cells, saved: saved,
            image: saving ? image : nil)
          scatter(
            statistics, poses: output.baseAddress! + image * positions * parentTypes * 16,
            scores: scores.baseAddress! + image * positions * parentTypes)
        }
      }
    }
    withExtendedLifetime((poses, activations, saved)) {}
    return (outputPoses, scores, saving ? saved : nil)
  }

  private func check(_ poses: Tensor, _ activations: Tensor, _ weights: Tensor, _ betaA: Tensor, _ betaU: Tensor) {
    let shape: Shape = [poses.shape[0], rows, columns, childTypes]
    precondition(
      poses.shape == Shape(shape.dimensions + [4, 4]) && activations.shape == shape,
      "EMRouting: poses \(poses.shape) and activations \(activations.shape), expected \(shape)×4×4 and \(shape)")
    precondition(weights.shape == weightShape, "EMRouting: weights \(weights.shape), expected \(weightShape)")
    precondition(
      betaA.shape == [parentTypes] && betaU.shape == [parentTypes],
      "EMRouting: β of shapes \(betaA.shape) and \(betaU.shape), expected \(parentTypes)")
  }
}
