package import Kernels
import Synchronization
package import Tensors

/// What kernels make of a network's weights, for all the batch sizes that it is lowered for.
package final class KeptWeights: Sendable {
  private let known = Mutex<[ConvolutionWeights]>([])

  package init() {}

  /// What is kept of `tensor`, a weight of convolutions.
  package func convolution(_ tensor: Tensor) -> ConvolutionWeights {
    known.withLock { known in
      if let weights = known.first(where: { $0.isKept(of: tensor) }) { return weights }
      let weights = ConvolutionWeights(tensor)
      known.append(weights)
      return weights
    }
  }
}
