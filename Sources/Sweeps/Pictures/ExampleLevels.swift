package import Attacks
import Imaging
package import Tensors

/// Turns adversarial images into 8-bit levels that stay within their budget.
///
/// Rounding to the nearest level can leave the ball: by half a level in L∞, by √n/510 in L2.
package enum ExampleLevels {
  /// The levels of `image`, `[1, channel, row, column]`, nearest to its own within `budget` of `originals`.
  ///
  /// Where a norm has a grid, its projection says which. Elsewhere every pixel takes the nearest level, and if that leaves the
  /// ball, as few pixels as possible take the next one towards the original, those first that rounding has moved away
  /// farthest: with all of them the distance is at most that of `image`.
  package static func nearest(to image: Tensor, around originals: [UInt8], budget: Float, norm: any Norm) -> [UInt8] {
    let original = Tensor(originals.map { Float($0) / 255 }, shape: image.shape)
    if let lattice = norm.onLattice {
      return Quantizer.levels(of: lattice.project(image, around: original, budget: budget))
    }
    let nearest = Quantizer.levels(of: image)
    let (pixels, limit) = (image.scalars, budget + norm.slack(at: budget, of: image.shape.withoutBatch))
    func excess(_ i: Int) -> Float {
      let (level, exact) = (Float(nearest[i]), 255 * pixels[i])
      return Float(originals[i]) <= exact ? level - exact : exact - level
    }
    let order = nearest.indices.filter { excess($0) > 0 && nearest[$0] != originals[$0] }.sorted {
      (excess($0), $1) > (excess($1), $0)
    }
    func levels(_ count: Int) -> [UInt8] {
      var levels = nearest
      for i in order.prefix(count) { levels[i] = nearest[i] > originals[i] ? nearest[i] - 1 : nearest[i] + 1 }
      return levels
    }
    func isInside(_ count: Int) -> Bool {
      let rounded = Tensor(levels(count).map { Float($0) / 255 }, shape: image.shape)
      return norm.distances(of: rounded, from: original)[0] <= limit
    }
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if isInside(middle) { high = middle } else { low = middle + 1 }
    }
    return levels(low)
  }

  /// Whether an image of whole levels, `[1, channel, row, column]`, is within `budget` of an original of whole levels.
  ///
  /// Levels are counted where the norm has a grid, so that the rounding of k/255 to `Float` makes no difference.
  package static func isInside(_ image: Tensor, _ original: Tensor, budget: Float, norm: any Norm) -> Bool {
    let (norm, shape) = (norm.onLattice ?? norm, image.shape.withoutBatch)
    return norm.distances(of: image, from: original)[0] <= budget + norm.slack(at: budget, of: shape)
  }

  /// How many levels a pixel may change within `budget`, if the norm has a grid.
  package static func radius(_ budget: Budget, _ norm: any Norm) -> Int? {
    norm.onLattice == nil ? nil : Quantizer.radius(of: budget.value)
  }
}
