import Foundation

extension Kernels {
  /// Normalisation across channels (Krizhevsky, Sutskever and Hinton, 2012, §3.3): `y = x s^(-β)` with
  /// `s[c] = bias + scale Σ x²` over the channels from `c - before` to `c + after`, for `[batch, channels, plane]`.
  package static func normalizeAcrossChannels(
    _ input: Floats, batch: Int, channels: Int, plane: Int, before: Int, after: Int, scale: Float,
    beta: Float,
    bias: Float, into output: MutableFloats, scales: MutableFloats
  ) {
    let (x, y, s) = (input.baseAddress!, output.baseAddress!, scales.baseAddress!)
    for image in 0..<batch {
      for c in 0..<channels {
        let at = (image * channels + c) * plane
        for i in 0..<plane { s[at + i] = 0 }
        for other in max(0, c - before)..<min(channels, c + after + 1) {
          let from = (image * channels + other) * plane
          for i in 0..<plane { s[at + i] += x[from + i] * x[from + i] }
        }
        for i in 0..<plane {
          s[at + i] = bias + scale * s[at + i]
          y[at + i] = x[at + i] * powf(s[at + i], -beta)
        }
      }
    }
  }

  /// The reverse of `normalizeAcrossChannels`: `dx = g s^(-β) - 2 β scale x Σ g x s^(-β-1)` over the channels that see it.
  package static func reverseOfNormalizationAcrossChannels(
    _ input: Floats, scales: Floats, gradient: Floats, batch: Int, channels: Int, plane: Int,
    before: Int, after: Int,
    scale: Float, beta: Float, into result: MutableFloats
  ) {
    let (x, s, g) = (input.baseAddress!, scales.baseAddress!, gradient.baseAddress!)
    let dx = result.baseAddress!
    withUnsafeTemporaryAllocation(of: Float.self, capacity: channels * plane) { terms in
      let terms = terms.baseAddress!
      for image in 0..<batch {
        let start = image * channels * plane
        for i in 0..<channels * plane {
          let factor = powf(s[start + i], -beta)
          dx[start + i] = g[start + i] * factor
          terms[i] = g[start + i] * x[start + i] * factor / s[start + i]
        }
        for c in 0..<channels {
          let at = start + c * plane
          for other in max(0, c - after)..<min(channels, c + before + 1) {
            for i in 0..<plane {
              dx[at + i] -= 2 * beta * scale * x[at + i] * terms[other * plane + i]
            }
          }
        }
      }
    }
  }
}
