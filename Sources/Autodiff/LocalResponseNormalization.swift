import Kernels
package import Tensors

/// Normalisation across channels of `[batch, channels, …]`: `y = x s^(-β)` with `s[c] = bias + scale Σ x²` over the channels
/// from `c - before` to `c + after` (Krizhevsky, Sutskever and Hinton, 2012, §3.3).
package struct LocalResponseNormalization: Operation {
  package let before: Int
  package let after: Int
  package let scale: Float
  package let beta: Float
  package let bias: Float

  package init(before: Int, after: Int, scale: Float, beta: Float, bias: Float) {
    self.before = before
    self.after = after
    self.scale = scale
    self.beta = beta
    self.bias = bias
  }

  package var name: String { "localResponseNormalization" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = inputs[0].shape
    let (batch, channels, plane) = shape.split(at: 1)
    var scales = Tensor(shape: shape)
    let y = Tensor.from(inputs[0], shape: shape) { x, y in
      scales.withUnsafeMutableBuffer {
        Kernels.normalizeAcrossChannels(
          x, batch: batch, channels: channels, plane: plane, before: before, after: after,
          scale: scale, beta: beta,
          bias: bias, into: y, scales: $0)
      }
    }
    return Evaluation(y, saved: saving ? [scales] : [])
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (batch, channels, plane) = record.inputs[0].shape.split(at: 1)
    return [
      .from(record.inputs[0], record.saved[0], record.gradient, shape: record.inputs[0].shape) {
        Kernels.reverseOfNormalizationAcrossChannels(
          $0, scales: $1, gradient: $2, batch: batch, channels: channels, plane: plane,
          before: before, after: after,
          scale: scale, beta: beta, into: $3)
      }
    ]
  }
}
