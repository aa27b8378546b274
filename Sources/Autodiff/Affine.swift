import Kernels
import Tensors

/// `scale x + shift` with fixed numbers.
struct Affine: Operation {
  let scale: Float
  var shift: Float = 0

  var name: String { "affine" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    Evaluation(inputs[0].affine(scale: scale, shift: shift))
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    [scale == 1 ? record.gradient : record.gradient.affine(scale: scale)]
  }
}

/// `scale x + shift` with fixed numbers for each image of `[batch, …]`.
struct AffinePerImage: Operation {
  let scales: [Float]
  let shifts: [Float]

  var name: String { "affinePerImage" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    precondition(
      inputs[0].shape.rank >= 1 && scales.count == inputs[0].shape[0] && shifts.count == scales.count,
      "affinePerImage: \(scales.count) scales and \(shifts.count) shifts for \(inputs[0].shape)")
    return Evaluation(mapped(inputs[0], shifts))
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    [mapped(record.gradient, [Float](repeating: 0, count: scales.count))]
  }

  private func mapped(_ images: Tensor, _ shifts: [Float]) -> Tensor {
    .from(images, shape: images.shape) { input, output in
      let count = images.shape.withoutBatch.count
      for image in scales.indices {
        let range = (image * count)..<((image + 1) * count)
        Kernels.affine(
          Floats(rebasing: input[range]), scale: scales[image], shift: shifts[image],
          into: MutableFloats(rebasing: output[range]))
      }
    }
  }
}

extension Variable {
  /// `scales[b] x + shifts[b]` for each image `b` of `[B, …]`.
  public func affinePerImage(scales: [Float], shifts: [Float]) -> Variable {
    applying(AffinePerImage(scales: scales, shifts: shifts))
  }

  public static prefix func - (a: Variable) -> Variable { a.applying(Affine(scale: -1)) }
  public static func + (a: Variable, b: Float) -> Variable { a.applying(Affine(scale: 1, shift: b)) }
  public static func + (a: Float, b: Variable) -> Variable { b + a }
  public static func - (a: Variable, b: Float) -> Variable { a + -b }
  public static func - (a: Float, b: Variable) -> Variable { b.applying(Affine(scale: -1, shift: a)) }
  public static func * (a: Variable, b: Float) -> Variable { a.applying(Affine(scale: b)) }
  public static func * (a: Float, b: Variable) -> Variable { b * a }
  public static func / (a: Variable, b: Float) -> Variable { a * (1 / b) }

  public static func / (a: Float, b: Variable) -> Variable {
    b.graph.constant(Tensor(repeating: a, shape: b.shape)) / b
  }
}
