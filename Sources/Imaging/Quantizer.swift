public import Tensors

/// Turns intensities in [0, 1] into the 256 levels of an 8-bit picture, within a budget that is counted in levels.
///
/// Rounding to the nearest level can leave the ε-ball by half a level, so the ball is held on the integer lattice.
public enum Quantizer {
  /// The nearest of the 256 levels for each element: `round(255 x)`, after clipping to [0, 1].
  /// - Precondition: no element is NaN.
  public static func levels(of images: Tensor) -> [UInt8] {
    images.withUnsafeBuffer { $0.map(level(of:)) }
  }

  /// The levels of `images`, each moved to the nearest one within `radius(of: epsilon)` levels of `originals`.
  ///
  /// ε = 0 gives `originals` back.
  public static func levels(of images: Tensor, around originals: [UInt8], epsilon: Float) -> [UInt8] {
    precondition(originals.count == images.count, "Quantizer: \(originals.count) originals for \(images.shape)")
    let radius = radius(of: epsilon)
    return images.withUnsafeBuffer { input in
      zip(input, originals).map { value, original in
        let low = max(Int(original) - radius, 0)
        let high = min(Int(original) + radius, 255)
        return UInt8(min(max(Int(level(of: value)), low), high))
      }
    }
  }

  /// The number of levels that fit into ε: `⌊255 ε + 1e-4⌋`.
  ///
  /// The 1e-4 covers the rounding of ε to a `Float` (at most 8e-6 levels up to ε = 1), so that `8/255` is exactly 8
  /// levels. ε = 0.03 is 7.65 levels, which hold 7.
  /// - Precondition: ε is finite and not negative.
  public static func radius(of epsilon: Float) -> Int {
    precondition(epsilon.isFinite && epsilon >= 0, "Quantizer.radius: ε = \(epsilon)")
    return Int(min(255 * Double(epsilon) + 1e-4, 255))
  }

  /// `128 + gain · (changed − originals)`, clipped to the 256 levels: how a perturbation is shown.
  public static func difference(_ changed: [UInt8], minus originals: [UInt8], gain: Int) -> [UInt8] {
    precondition(changed.count == originals.count, "Quantizer: \(changed.count) and \(originals.count) levels")
    return zip(changed, originals).map { UInt8(min(max(128 + gain * (Int($0) - Int($1)), 0), 255)) }
  }

  private static func level(of value: Float) -> UInt8 {
    precondition(!value.isNaN, "Quantizer: an intensity is not a number")
    return UInt8((min(max(value, 0), 1) * 255).rounded())
  }
}
