public import Autodiff
public import Tensors

/// Checks reverse rules against directional derivatives.
public enum FiniteDifferences {
  /// The largest relative error of the gradients of `function` by its inputs, over `directions` random directions each.
  ///
  /// The output is reduced to `L = Σ r·output` with fixed random `r`. Along a direction `d` of ±1 the derivative is taken
  /// by fourth-order central differences, `(8(L(h) - L(-h)) - (L(2h) - L(-2h))) / 12h`, and compared with `gradient·d`;
  /// the error is relative to the largest of the two and of the gradient's norm, which is what a random direction
  /// sees. One input is a variable at a time and the others are constants. Inputs must lie further than `2 step` from
  /// every kink. The error is infinite if no gradient flows at all, for then nothing has been checked.
  public static func error(
    _ inputs: [Tensor], step: Float = 0x1p-6, directions: Int = 4, seed: UInt64 = 1,
    of function: ([Variable]) -> Variable
  ) -> Double {
    var worst = 0.0
    for position in inputs.indices {
      let graph = Graph()
      let leaves = inputs.enumerated().map {
        $0.offset == position ? graph.variable($0.element) : graph.constant($0.element)
      }
      let output = function(leaves)
      var random = RandomStream(seed: seed, UInt64(position))
      let weights = Tensor((0..<output.shape.count).map { _ in random.normal() }, shape: output.shape)
      let gradient = graph.gradients(of: output, seed: weights, by: [leaves[position]])[0]
      let norm = innerProduct(gradient, gradient).squareRoot()
      for _ in 0..<directions {
        let direction = Tensor(
          (0..<gradient.count).map { _ in random.uniform() < 0.5 ? -1 : 1 }, shape: gradient.shape)
        func loss(_ distance: Float) -> Double {
          var moved = inputs
          moved[position].add(direction, scaledBy: distance)
          let graph = Graph()
          return innerProduct(function(moved.map(graph.constant)).value, weights)
        }
        let measured =
          (8 * (loss(step) - loss(-step)) - (loss(2 * step) - loss(-2 * step))) / (12 * Double(step))
        let claimed = innerProduct(gradient, direction)
        let scale = max(abs(measured), abs(claimed), norm)
        worst = max(worst, scale > 0 ? abs(measured - claimed) / scale : .infinity)
      }
    }
    return worst
  }

  private static func innerProduct(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.scalars, b.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
