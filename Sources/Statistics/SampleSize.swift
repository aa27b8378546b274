import Foundation

extension PairedProportions {
  /// How many images would probably show that the difference p₁ − p₂ is below `margin`, if in truth there is none.
  ///
  /// If the discordance ψ = (b + c)/n seen here is the true one and both proportions are equal, the test at level α finds so
  /// with probability `power` on
  ///
  ///     n = (z_α σ₀ + z_power √ψ)² / margin²,   σ₀² = 2p̃ + margin (1 − margin)
  ///
  /// images, where p̃ is the probability that `TangoScore` takes for likeliest if the difference is `margin`:
  /// σ₀² = ψ/2 − margin² + √(ψ² + 4 margin² (1 − ψ))/2. Without discordant pairs that is z_α² (1 − margin)/margin. A larger
  /// margin never takes more images.
  ///
  /// For margin 0, which no number of images shows, it is how many would show that p₁ is larger, if the difference d seen here
  /// is the true one: n = (z_α √ψ + z_power √(ψ − d²))² / d² (Miettinen 1968; Connor 1987), since the variance of a pair is ψ
  /// if there is no difference, and ψ − d² if there is.
  ///
  /// - Returns: nil if no realistic number would.
  public func imagesToDecide(margin: Double, alpha: Double, power: Double = 0.8) -> Int? {
    precondition(alpha > 0 && alpha < 0.5 && power >= 0.5 && power < 1, "imagesToDecide: α \(alpha), power \(power)")
    precondition(margin >= 0 && margin < 1, "imagesToDecide: margin \(margin)")
    guard count > 0 else { return nil }
    let zAlpha = Statistics.normalQuantile(upperTail: alpha)
    let zPower = Statistics.normalQuantile(upperTail: 1 - power)
    let discordance = Double(discordant) / Double(count)
    let root: Double
    if margin > 0 {
      // The margin is taken out of the root, where its square may be too small to be a number.
      let ratio = discordance / margin
      let likeliest = margin * (ratio * ratio + 4 * (1 - discordance)).squareRoot()
      let variance = (discordance + likeliest) / 2 - margin * margin
      root = (zAlpha * max(0, variance).squareRoot() + zPower * discordance.squareRoot()) / margin
    } else {
      guard difference > 0 else { return nil }
      let variance = max(0, discordance - difference * difference)
      root = (zAlpha * discordance.squareRoot() + zPower * variance.squareRoot()) / difference
    }
    return Statistics.imageCount(root * root)
  }

  /// The smallest number of two digits, from `bound` up, that Tango's test at level α finds the difference to be below; nil if
  /// it is not below 1.
  package func decidableDifference(from bound: Double, alpha: Double) -> Double? {
    guard bound > 0, bound < 1 else { return nil }
    let exponent = Int(log10(bound).rounded(.down)) - 1
    let first = Int((bound / pow(10, Double(exponent))).rounded(.up))
    let score = TangoScore(self)
    // Rounding may leave the first a hair too small.
    for digits in first...first + 2 {
      guard let value = Double("\(digits)e\(exponent)"), value < 1 else { return nil }
      if score.pValue(below: value) <= alpha { return value }
    }
    return nil
  }
}

extension Statistics {
  /// How many images would probably show that an accuracy is above or below `required`, if `accuracy` is the true one:
  /// n = (z_α √(r(1 − r)) + z_0.8 √(a(1 − a)))² / (a − r)².
  ///
  /// - Returns: nil if no realistic number would.
  package static func imagesToDecide(_ accuracy: Double, required: Double, alpha: Double) -> Int? {
    let zAlpha = normalQuantile(upperTail: alpha)
    let zPower = normalQuantile(upperTail: 0.2)
    let root =
      (zAlpha * (required * (1 - required)).squareRoot() + zPower * (accuracy * (1 - accuracy)).squareRoot())
      / abs(accuracy - required)
    return imageCount(root * root)
  }

  /// `images` rounded up; nil beyond a billion, which is more than any data set has.
  fileprivate static func imageCount(_ images: Double) -> Int? {
    guard images.isFinite, images <= 1e9 else { return nil }
    return max(1, Int(images.rounded(.up)))
  }
}
