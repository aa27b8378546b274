import Foundation

extension PairedProportions {
  /// How many images would probably decide whether the difference p₁ − p₂ is above or below `margin`.
  ///
  /// If the discordance ψ = (b + c)/n and the difference d seen here are the true ones, the test at level α finds the side
  /// on which d lies with probability `power` on
  ///
  ///     n = (z_α √σ₀² + z_power √σ²)² / (d − margin)²,   σ² = ψ − d²,   σ₀² = σ² or, for margin 0, ψ
  ///
  /// images (Miettinen 1968; Connor 1987 for margin 0), and no fewer than it takes without any discordant pair.
  ///
  /// - Returns: nil if d is so close to `margin` that no realistic number of images tells them apart.
  public func imagesToDecide(margin: Double, alpha: Double, power: Double = 0.8) -> Int? {
    precondition(alpha > 0 && alpha < 0.5 && power >= 0.5 && power < 1, "imagesToDecide: α \(alpha), power \(power)")
    guard count > 0 else { return nil }
    let zAlpha = Statistics.normalQuantile(confidence: 1 - 2 * alpha)
    let zPower = power > 0.5 ? Statistics.normalQuantile(confidence: 2 * power - 1) : 0
    let distance = abs(difference - margin)
    let discordance = Double(discordant) / Double(count)
    let variance = max(0, discordance - difference * difference)
    let root = zAlpha * (margin == 0 ? discordance : variance).squareRoot() + zPower * variance.squareRoot()
    var images = root * root / (distance * distance)
    if difference < margin { images = max(images, zAlpha * zAlpha * (1 - margin) / margin) }
    // A billion images: beyond every data set there is.
    guard images.isFinite, images <= 1e9 else { return nil }
    return Int(images.rounded(.up))
  }
}
