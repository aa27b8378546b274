package import Tensors

/// A layer of capsules routed by agreement (Sabour, Frosst & Hinton 2017, Procedure 1): its sizes.
///
/// Votes û_ij = W_ij u_i; from b = 0, in every iteration c_i = softmax over the parents of b_i, s_j = Σ_i c_ij û_ij,
/// v_j = squash(s_j), b_ij += û_ij · v_j. As b_ij = û_ij · Σ v_j over the iterations before, nothing is kept for each pair
/// but the votes.
///
/// **Layout.** Children go `Lanes.width` to a register (a *block*), so that the softmax over parents and the products over pose
/// elements are vertical, and only the sums s_j are added up over lanes, once an iteration. Weights are packed
/// `[block][parent][parent element][child element]`. The votes of one image are computed once and kept: they are eight times
/// smaller than the weights.
package struct DynamicRouting: Sendable {
  package let children: Int
  /// Elements of a child's pose.
  package let childElements: Int
  package let parents: Int
  /// Elements of a parent's pose.
  package let parentElements: Int
  package let iterations: Int

  package init(children: Int, childElements: Int, parents: Int, parentElements: Int, iterations: Int) {
    precondition(
      children > 0 && childElements > 0 && parents > 0 && parentElements > 0 && iterations > 0,
      "DynamicRouting: \(children)×\(childElements) to \(parents)×\(parentElements) in \(iterations) iterations")
    self.children = children
    self.childElements = childElements
    self.parents = parents
    self.parentElements = parentElements
    self.iterations = iterations
  }

  package var weightShape: Shape { [children, parents, parentElements, childElements] }

  var blocks: Int { (children + Lanes.width - 1) / Lanes.width }
  /// Elements of all parents' poses: registers of votes in a block.
  var votesPerBlock: Int { parents * parentElements }

  /// Routes `poses` `[batch, children, child elements]` by `weights` of `weightShape`.
  ///
  /// - Returns: s of the last iteration, `[batch, parents, parent elements]`, and, if `saving`, those of the iterations before,
  ///   `[batch, iterations − 1, parents, parent elements]`, for the reverse pass.
  package func forward(poses: Tensor, weights: Tensor, saving: Bool) -> (sums: Tensor, saved: Tensor?) {
    check(poses, weights)
    let batch = poses.shape[0]
    let pass = DynamicRoutingPass(self, weights: weights)
    let earlier = iterations - 1
    var saved = Tensor(uninitialized: [saving ? batch : 0, earlier, parents, parentElements]) { _ in }
    let sums = Tensor(uninitialized: [batch, parents, parentElements]) { output in
      saved.withUnsafeMutableBuffer { saved in
        poses.withUnsafeBuffer { poses in
          for image in 0..<batch {
            pass.route(poses.baseAddress! + image * children * childElements)
            for element in 0..<votesPerBlock {
              output[image * votesPerBlock + element] = pass.sums[earlier * votesPerBlock + element]
            }
            guard saving else { continue }
            for index in 0..<earlier * votesPerBlock {
              saved[image * earlier * votesPerBlock + index] = pass.sums[index]
            }
          }
        }
      }
    }
    return (sums, saving ? saved : nil)
  }

  /// Backpropagation through the unrolled iterations, with no stop-gradient: many implementations treat all but the last
  /// iteration's c as constants, which the paper does not say and which hides a part of the gradient from an attack.
  ///
  /// Let V_t = Σ_{τ<t} v_τ, so that c_t = softmax(û·V_t). From g_s of iteration t, the gradient of c is û·g_s, of
  /// b = û·V_t is z = c (û·g_s − Σ_k c_k û_k·g_s), of V_t is Σ_i z û, and of v_τ the sum of those of all V_t, t > τ, which goes
  /// through the squash to g_s of iteration τ. The gradient of the vote is Σ_t (c_t g_s + z_t V_t).
  ///
  /// - Parameters:
  ///   - sums: what `forward` returned, with `saved`.
  ///   - gradient: of the sums.
  /// - Complexity: one computation of each vote. An image whose gradient is zero costs nothing.
  package func reverse(
    poses: Tensor, weights: Tensor, sums: Tensor, saved: Tensor, gradient: Tensor, wantsPoses: Bool, wantsWeights: Bool
  ) -> (poses: Tensor?, weights: Tensor?) {
    check(poses, weights)
    let pass = DynamicRoutingPass(self, weights: weights)
    let differentiation = DynamicRoutingReversePass(pass, wantsWeights: wantsWeights)
    let (earlier, size) = (iterations - 1, children * childElements)
    var poseGradient = Tensor(shape: wantsPoses ? poses.shape : [0])
    poseGradient.withUnsafeMutableBuffer { poseGradient in
      poses.withUnsafeBuffer { poses in
        sums.withUnsafeBuffer { sums in
          saved.withUnsafeBuffer { saved in
            gradient.withUnsafeBuffer { gradient in
              for image in 0..<(sums.count / votesPerBlock) {
                let g = gradient.baseAddress! + image * votesPerBlock
                guard !Kernels.isZero(g, votesPerBlock) else { continue }
                for index in 0..<earlier * votesPerBlock {
                  pass.sums[index] = saved[image * earlier * votesPerBlock + index]
                }
                for element in 0..<votesPerBlock {
                  pass.sums[earlier * votesPerBlock + element] = sums[image * votesPerBlock + element]
                }
                differentiation.run(
                  poses: poses.baseAddress! + image * size, gradient: g,
                  into: wantsPoses ? poseGradient.baseAddress! + image * size : nil)
              }
            }
          }
        }
      }
    }
    return (wantsPoses ? poseGradient : nil, wantsWeights ? unpack(differentiation.weightGradient) : nil)
  }

  private func check(_ poses: Tensor, _ weights: Tensor) {
    precondition(
      poses.shape.rank == 3 && poses.shape[1] == children && poses.shape[2] == childElements,
      "DynamicRouting: poses \(poses.shape), expected batch×\(children)×\(childElements)")
    precondition(weights.shape == weightShape, "DynamicRouting: weights \(weights.shape), expected \(weightShape)")
  }
}
