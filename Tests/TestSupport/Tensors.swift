public import Tensors

extension Tensor {
  /// Normal numbers of standard deviation `deviation`.
  public static func normal(_ shape: Shape, deviation: Float = 1, seed: UInt64) -> Tensor {
    var random = RandomStream(seed: seed, 0x7E57)
    return Tensor((0..<shape.count).map { _ in random.normal() * deviation }, shape: shape)
  }

  /// Distinct numbers in random order, `gap` apart and at least half of it from zero.
  ///
  /// For functions with kinks at zero or where two elements are equal.
  public static func spaced(_ shape: Shape, gap: Float = 0.125, seed: UInt64) -> Tensor {
    var random = RandomStream(seed: seed, 0x59AC)
    let order = random.permutation(of: shape.count)
    let middle = Float(shape.count / 2) - 0.5
    return Tensor(order.map { (Float($0) - middle) * gap }, shape: shape)
  }

  /// The largest absolute difference from `other`, over the largest absolute element of `other`.
  public func relativeError(to other: Tensor) -> Double {
    precondition(shape == other.shape, "relativeError: \(shape) and \(other.shape)")
    let (a, b) = (scalars, other.scalars)
    let scale = b.map { Double(abs($0)) }.max() ?? 0
    let difference = zip(a, b).map { abs(Double($0) - Double($1)) }.max() ?? 0
    guard !a.contains(where: \.isNaN), !b.contains(where: \.isNaN) else { return .nan }
    return scale > 0 ? difference / scale : difference
  }
}
