import Kernels
package import Tensors

/// `scale x + shift` with fixed numbers for each channel of `[batch, channels, …]`.
package struct AffinePerChannel: Operation {
  let scales: [Float]
  let shifts: [Float]

  package init(scales: [Float], shifts: [Float]) {
    self.scales = scales
    self.shifts = shifts
  }

  package var name: String { "affinePerChannel" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    precondition(
      inputs[0].shape.rank >= 2 && scales.count == inputs[0].shape[1] && shifts.count == scales.count,
      "affinePerChannel: \(scales.count) scales and \(shifts.count) shifts for \(inputs[0].shape)")
    return Evaluation(shifts.withUnsafeBufferPointer { mapped(inputs[0], $0) })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] { [mapped(record.gradient, nil)] }

  private func mapped(_ images: Tensor, _ shifts: Floats?) -> Tensor {
    .from(images, shape: images.shape) { input, output in
      let (outer, _, inner) = images.shape.split(at: 1)
      scales.withUnsafeBufferPointer {
        Kernels.affinePerChannel(input, scales: $0, shifts: shifts, outer: outer, inner: inner, into: output)
      }
    }
  }
}

extension Variable {
  /// `scales[c] x + shifts[c]` for each channel `c` of `[B, C, …]`.
  public func affinePerChannel(scales: [Float], shifts: [Float]) -> Variable {
    applying(AffinePerChannel(scales: scales, shifts: shifts))
  }
}
