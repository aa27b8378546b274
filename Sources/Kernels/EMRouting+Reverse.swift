package import Tensors

extension EMRouting {
  /// The gradients of one routed layer; weights and β only if they were wanted.
  package struct Gradients {
    package var poses: Tensor
    package var activations: Tensor
    package var weights: Tensor?
    package var betaActivation: Tensor?
    package var betaCost: Tensor?
  }

  /// Backpropagation through the unrolled iterations, with no stop-gradient.
  ///
  /// For iteration t let g_μ, g_σ², g_score be what comes from above (from the layer's outputs at the last iteration,
  /// from the next E-step otherwise). With d = V − μ, p_μ = g_μ/s and p_σ = g_σ²/s (after the cost's share
  /// −λ g_score s / 2σ² has been added to g_σ²; of a mixing proportion, g_score / s to k₀ instead), the gradient of r_i is k₀ + Σ_h (p_μ d + p_σ d²), and of the vote
  /// r_i (p_μ + 2 p_σ d). The softmax of the E-step turns it into the gradient z_i of ln a_j + ln p_ij, which feeds
  /// iteration t − 1 through Σ z, Σ z d, Σ z d². The pass at t = 0 knows every p and z: it forms the gradient of the vote
  /// and, with it, those of the pose and of the weight.
  ///
  /// - Parameters:
  ///   - poseGradient: of the parents' poses, or nil for zero.
  ///   - scoreGradient: of the parents' scores, or nil for zero.
  /// - Complexity: two computations of each vote per iteration but the last, one for that. An image whose parents' gradients
  ///   are all zero costs nothing.
  package func reverse(
    poses: Tensor, activations: Tensor, weights: Tensor, betaActivation: Tensor, betaCost: Tensor, saved: Saved,
    poseGradient: Tensor?, scoreGradient: Tensor?, wantsWeights: Bool
  ) -> Gradients {
    var gradients = Gradients(poses: Tensor(shape: poses.shape), activations: Tensor(shape: activations.shape))
    let pass = EMReversePass(self, weights: weights, betaCost: betaCost, wantsWeights: wantsWeights)
    gradients.poses.withUnsafeMutableBuffer { gradientPoses in
      gradients.activations.withUnsafeMutableBuffer { gradientActivations in
        for image in 0..<poses.shape[0] {
          let parents = [poseGradient, scoreGradient].compactMap { $0?.rows(image..<image + 1) }
          guard parents.contains(where: { $0.withUnsafeBuffer { $0.contains { $0 != 0 } } }) else { continue }
          pass.run(
            EMReversePass.Image(
              poses: poses.floats + image * cells * 16, activations: activations.floats + image * cells,
              statistics: UnsafePointer(saved.statistics.lanes)
                + image * iterations * positions * blocks * Self.statisticsCount,
              shifts: saved.shifts.floats + image * (iterations - 1) * cells,
              scales: saved.scales.floats + image * (iterations - 1) * cells,
              parentPoseGradient: poseGradient.map { gather(poses: $0, image: image) },
              parentScoreGradient: scoreGradient.map { gather(scores: $0, image: image) },
              poseGradient: gradientPoses.baseAddress! + image * cells * 16,
              activationGradient: gradientActivations.baseAddress! + image * cells))
        }
      }
    }
    withExtendedLifetime((poses, activations, saved)) {}
    if wantsWeights {
      gradients.weights = unpack(pass.weightGradient)
      gradients.betaActivation = perType(pass.betaActivationGradient)
      gradients.betaCost = perType(pass.betaCostGradient)
    }
    return gradients
  }
}
