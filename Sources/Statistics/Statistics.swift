import Foundation

/// Proportions and how far they can be trusted.
public enum Statistics {
  /// The Wilson score interval of `successes` out of `trials` (Wilson 1927; Brown, Cai and DasGupta 2001).
  ///
  /// `(p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n)`. Without trials nothing is known: (0, 1).
  public static func wilson(
    successes: Int, trials: Int, confidence: Double = 0.95
  ) -> (lower: Double, upper: Double) {
    precondition((0...max(trials, 0)).contains(successes), "wilson: \(successes) successes of \(trials) trials")
    guard trials > 0 else { return (0, 1) }
    return wilson(proportion: Double(successes) / Double(trials), trials: trials, confidence: confidence)
  }

  /// The Wilson score interval round an observed proportion of `trials`.
  ///
  /// For a mean of values in [0, 1] it is conservative: their variance is at most p(1−p) (Bhatia and Davis 2000).
  public static func wilson(
    proportion p: Double, trials: Int, confidence: Double = 0.95
  ) -> (lower: Double, upper: Double) {
    guard trials > 0 else { return (0, 1) }
    return wilson(proportion: p, trials: trials, z: normalQuantile(confidence: confidence))
  }

  /// The Wilson score interval whose bounds are each wrong with probability `tail`: that of confidence 1 − 2 `tail`.
  package static func wilson(successes: Int, trials: Int, upperTail tail: Double) -> (lower: Double, upper: Double) {
    precondition((0...max(trials, 0)).contains(successes), "wilson: \(successes) successes of \(trials) trials")
    guard trials > 0 else { return (0, 1) }
    return wilson(
      proportion: Double(successes) / Double(trials), trials: trials, z: normalQuantile(upperTail: tail))
  }

  private static func wilson(proportion p: Double, trials: Int, z: Double) -> (lower: Double, upper: Double) {
    let n = Double(trials)
    let centre = p + z * z / (2 * n)
    let halfWidth = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    // At p = 0 and 1 the bound is exact; rounding would leave it an ulp outside or inside.
    return (
      p == 0 ? 0 : max(0, (centre - halfWidth) / scale), p == 1 ? 1 : min(1, (centre + halfWidth) / scale)
    )
  }

  /// z such that a standard normal lies in [−z, z] with probability `confidence`: 1.959964 for 0.95.
  static func normalQuantile(confidence: Double) -> Double {
    precondition(confidence > 0 && confidence < 1, "confidence must lie between 0 and 1, not \(confidence)")
    // erfc(z/√2) = 1 − confidence falls and is convex for z > 0: Newton from 0 approaches from below.
    let tail = 1 - confidence
    var z = 0.0
    for _ in 0..<64 {
      let density = (2 / Double.pi).squareRoot() * exp(-z * z / 2)
      let step = (erfc(z / 2.0.squareRoot()) - tail) / density
      z += step
      if abs(step) <= 1e-15 * z { break }
    }
    return z
  }

  /// z such that a standard normal is above it with probability `tail`, in (0, 0.5]: 1.644854 for 0.05, 38.5 for the smallest
  /// `Double`.
  ///
  /// Unlike a confidence, which is 1 − 2 `tail`, a tail keeps its digits however small it is.
  static func normalQuantile(upperTail tail: Double) -> Double {
    precondition(tail > 0 && tail <= 0.5, "a tail must lie above 0 and up to 0.5, not \(tail)")
    // Halving until neighbours meet: the tail falls from 0.5 at 0 to nothing at 40.
    var (low, high) = (0.0, 40.0)
    while true {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { return high }
      if normalUpperTail(middle) > tail { low = middle } else { high = middle }
    }
  }
}

/// A share of a whole with its 95% Wilson interval.
public struct Proportion: Codable, Sendable, Hashable {
  /// In [0, 1]; nil when there was nothing to count.
  public let value: Double?
  public let lower: Double
  public let upper: Double

  public init(_ part: Int, of whole: Int) {
    value = whole > 0 ? Double(part) / Double(whole) : nil
    (lower, upper) = Statistics.wilson(successes: part, trials: whole)
  }

  /// The mean of `trials` values in [0, 1], with a conservative interval.
  public init(mean: Double, trials: Int) {
    value = trials > 0 ? mean : nil
    (lower, upper) = Statistics.wilson(proportion: mean, trials: trials)
  }
}
