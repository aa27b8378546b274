import Statistics

/// Counts of how often each activation occurs, for means and quantiles of more numbers than fit in memory.
///
/// Numbers that agree in sign, exponent and the first 8 bits of the mantissa are counted together: quantiles are exact to
/// 0.2%. Tallies of parts may be added in any order: the counts are the same, and sums are added in the order of the parts.
struct ActivationTally: Sendable {
  private(set) var count = 0
  /// NaN or infinite.
  private(set) var nonFinite = 0
  private(set) var sum = 0.0
  private(set) var sumOfSquares = 0.0
  private(set) var largest: Float = 0
  private var counts = [UInt32](repeating: 0, count: 1 << 16)

  mutating func add(_ value: Float) {
    guard value.isFinite else {
      nonFinite += 1
      return
    }
    let value = max(0, value)
    count += 1
    sum += Double(value)
    sumOfSquares += Double(value) * Double(value)
    largest = max(largest, value)
    counts[Int(value.bitPattern >> 15)] += 1
  }

  mutating func add(_ other: ActivationTally) {
    count += other.count
    nonFinite += other.nonFinite
    sum += other.sum
    sumOfSquares += other.sumOfSquares
    largest = max(largest, other.largest)
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  var mean: Double { count > 0 ? sum / Double(count) : 0 }

  var standardDeviation: Double {
    count > 0 ? max(0, sumOfSquares / Double(count) - mean * mean).squareRoot() : 0
  }

  /// The smallest number that at least a share `probability` of all do not exceed, to 0.2%.
  func quantile(_ probability: Double) -> Double {
    let rank = max(1, Int((Double(count) * probability - 1e-9).rounded(.up)))
    var seen = 0
    for (index, occurrences) in counts.enumerated() where occurrences > 0 {
      seen += Int(occurrences)
      if seen >= rank { return min(Double(Self.middle(index)), Double(largest)) }
    }
    return 0
  }

  /// How many numbers lie in each of `bins` equal parts of 0…`upper`.
  func histogram(upTo upper: Double, bins: Int) -> [Int] {
    var result = [Int](repeating: 0, count: bins)
    for (index, occurrences) in counts.enumerated() where occurrences > 0 {
      let place = upper > 0 ? Double(Self.middle(index)) / upper * Double(bins) : 0
      result[min(bins - 1, Int(place))] += Int(occurrences)
    }
    return result
  }

  /// The middle of the numbers counted at `index`; 0 for zero itself and what is too small to matter.
  private static func middle(_ index: Int) -> Float {
    index == 0 ? 0 : Float(bitPattern: UInt32(index) << 15 | 1 << 14)
  }
}
