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
  /// −λ g_score s / 2σ² has been added to g_σ²), the gradient of r_i is k₀ + Σ_h (p_μ d + p_σ d²), and of the vote
  /// r_i (p_μ + 2 p_σ d). The softmax of the E-step turns it into the gradient z_i of ln a_j + ln p_ij, which feeds
  /// iteration t − 1 through Σ z, Σ z d, Σ z d². Each pass recomputes the votes once; the last one, at t = 0, knows every
  /// p and z and forms the gradient of the vote, of the pose and of the weight.
  ///
  /// - Parameters:
  ///   - poseGradient: of the parents' poses, or nil for zero.
  ///   - scoreGradient: of the parents' scores, or nil for zero.
  package func reverse(
    poses: Tensor, activations: Tensor, weights: Tensor, betaActivation: Tensor, betaCost: Tensor, saved: Saved,
    poseGradient: Tensor?, scoreGradient: Tensor?, wantsWeights: Bool
  ) -> Gradients {
    let batch = poses.shape[0]
    let pass = EMReversePass(
      routing: self, weights: weights, betaActivation: betaActivation, betaCost: betaCost, wantsWeights: wantsWeights)
    var gradients = Gradients(poses: Tensor(shape: poses.shape), activations: Tensor(shape: activations.shape))
    let statisticsStride = iterations * positions * blocks * Self.statisticsCount
    let assignmentStride = max(iterations - 1, 1) * assignments
    gradients.poses.withUnsafeMutableBuffer { gradientPoses in
      gradients.activations.withUnsafeMutableBuffer { gradientActivations in
        poses.withUnsafeBuffer { poses in
          activations.withUnsafeBuffer { activations in
            for image in 0..<batch {
              pass.run(
                EMReversePass.Image(
                  poses: poses.baseAddress! + image * cells * 16,
                  activations: activations.baseAddress! + image * cells,
                  assignments: UnsafePointer(saved.assignments.lanes) + image * assignmentStride,
                  statistics: UnsafePointer(saved.statistics.lanes) + image * statisticsStride,
                  parentPoseGradient: poseGradient.map { pass.gather(poses: $0, image) },
                  parentScoreGradient: scoreGradient.map { pass.gather(scores: $0, image) },
                  poseGradient: gradientPoses.baseAddress! + image * cells * 16,
                  activationGradient: gradientActivations.baseAddress! + image * cells))
            }
          }
        }
      }
    }
    withExtendedLifetime(saved) {}
    if wantsWeights {
      var gradientWeights = Tensor(shape: weights.shape)
      gradientWeights.withUnsafeMutableBuffer { unpack(pass.weightGradient.pointer, addingTo: $0) }
      gradients.weights = gradientWeights
      gradients.betaActivation = pass.perType(pass.betaActivationGradient)
      gradients.betaCost = pass.perType(pass.betaCostGradient)
    }
    return gradients
  }
}
