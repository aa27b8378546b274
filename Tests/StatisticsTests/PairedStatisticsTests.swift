import Statistics
import Testing

@Suite struct PairedStatisticsTests {
  /// Sums of binomial coefficients as Python fractions.
  @Test(arguments: [
    (0, 0, 1.0, 1.0, 1.0), (5, 0, 0.0625, 0.03125, 1.0),
    (10, 3, 0.09228515625, 0.046142578125, 0.98876953125), (25, 25, 1.0, 0.5561375863296085, 0.5561375863296085),
    (12, 30, 0.007915897334896727, 0.9985563760128571, 0.003957948667448363),
    (86, 150, 3.715936139571442e-05, 0.9999896457855217, 1.857968069785721e-05),
    (560, 440, 0.00016504987055045303, 8.252493527522651e-05, 0.9999361178408378),
  ])
  func exactMcNemar(first: Int, second: Int, both: Double, firstLarger: Double, secondLarger: Double) {
    let test = McNemarTest(PairedProportions(both: 7, onlyFirst: first, onlySecond: second, neither: 3))
    #expect(test.method == .exact)
    #expect(abs(test.pValue - both) <= 1e-10 * both)
    #expect(abs(test.pValueFirstLarger - firstLarger) <= 1e-10 * firstLarger)
    #expect(abs(test.pValueSecondLarger - secondLarger) <= 1e-10 * secondLarger)
  }

  /// Beyond 1,000 discordant pairs the corrected χ² stands within 1% of the exact sums.
  @Test(
    arguments: [
      (540, 461, 0.013648319752170285, 0.006824159876085143), (520, 481, 0.22970881468650606, nil),
      (501, 500, 1.0, nil),
    ] as [(Int, Int, Double, Double?)])
  func approximateMcNemar(first: Int, second: Int, both: Double, firstLarger: Double?) {
    let test = McNemarTest(PairedProportions(onlyFirst: first, onlySecond: second))
    #expect(test.method == .chiSquared)
    #expect(abs(test.pValue - both) < 0.01 * both)
    if let firstLarger { #expect(abs(test.pValueFirstLarger - firstLarger) < 0.01 * firstLarger) }
  }

  /// By maximising the multinomial likelihood under each difference by golden section, and inverting the score.
  @Test(arguments: [
    (12, 2, 100, 0.00698956231799408, 0.031000519243717984, 0.1818816690971499),
    (14, 1, 59, 0.0005853628689006518, 0.10846625118567224, 0.347062343920058),
    (0, 0, 100, 0.8425606793317901, -0.03699349820698566, 0.03699349820698566),
    (30, 0, 1000, 4.294683125793952e-06, 0.021093738828834616, 0.04250341414758717),
    (60, 40, 1000, 0.15742697529032745, 0.000407423980296303, 0.04010615711685053),
    (3, 9, 44, 0.9675889891015625, -0.29478560359330525, 0.020095796732207336),
  ])
  func tango(first: Int, second: Int, count: Int, above: Double, lower: Double, upper: Double) {
    let pairs = PairedProportions(both: 1, onlyFirst: first, onlySecond: second, neither: count - first - second - 1)
    let score = TangoScore(pairs)
    #expect(abs(score.pValue(above: 0.01) - above) < 1e-7)
    #expect(abs(score.pValue(above: 0.01) + score.pValue(below: 0.01) - 1) < 1e-12)
    let interval = score.interval()
    #expect(abs(interval.lower - lower) < 1e-8 && abs(interval.upper - upper) < 1e-8)
    // Exchanging the two mirrors everything.
    let mirrored = TangoScore(
      PairedProportions(both: 1, onlyFirst: second, onlySecond: first, neither: pairs.neither)
    ).interval()
    #expect(abs(mirrored.lower + interval.upper) < 1e-12 && abs(mirrored.upper + interval.lower) < 1e-12)
  }

  @Test(arguments: [(1, 0, 1), (0, 1, 1), (10, 0, 10), (0, 0, 1), (0, 0, 0)])
  func tangoAtTheEdges(first: Int, second: Int, count: Int) {
    let pairs = PairedProportions(onlyFirst: first, onlySecond: second, neither: count - first - second)
    let interval = TangoScore(pairs).interval()
    #expect(interval.lower >= -1 && interval.upper <= 1 && interval.lower <= pairs.difference)
    #expect(interval.upper >= pairs.difference && interval.lower < interval.upper)
  }

  @Test func effectSizes() {
    let pairs = PairedProportions(both: 50, onlyFirst: 15, onlySecond: 5, neither: 30)
    #expect(pairs.difference == 0.1 && pairs.oddsRatio == 3 && pairs.cohensG == 0.25)
    #expect((pairs.first, pairs.second, pairs.count) == (65, 55, 100))
    #expect(PairedProportions(both: 3).oddsRatio == nil && PairedProportions(both: 3).cohensG == nil)
  }

  /// Worked by hand: sorted 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1, made monotone.
  @Test func holm() {
    let adjusted = Statistics.holmAdjusted([0.01, 0.04, 0.03, 0.005])
    for (value, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(abs(value - expected) < 1e-15) }
    #expect(Statistics.holmAdjusted([]) == [] && Statistics.holmAdjusted([0.7, 0.9]) == [1, 1])
  }

  /// The formula in Python with the quantiles of `statistics.NormalDist`, and Tango's quadratic solved for σ₀².
  @Test(
    arguments: [
      (30, 15, 1000, 0.01, 0.05, 2861), (20, 20, 500, 0.01, 0.05, 4989), (0, 0, 100, 0.01, 0.05, 268),
      (60, 40, 1000, 0.0, 0.05 / 3, 2203), (11, 1, 1000, 0.01, 0.05, 961), (100, 0, 1000, 0.05, 0.05, 274),
      (5, 0, 100, 0.3, 0.01, 19), (40, 60, 1000, 0.0, 0.05, nil), (1, 1, 2, 1e-5, 0.05, nil),
      (0, 0, 5, .leastNormalMagnitude / 200, 0.05, nil), (3, 0, 5, .leastNonzeroMagnitude, 0.05, nil),
      (0, 0, 0, 0.01, 0.05, nil),
    ] as [(Int, Int, Int, Double, Double, Int?)])
  func sampleSize(first: Int, second: Int, count: Int, margin: Double, alpha: Double, expected: Int?) {
    let pairs = PairedProportions(onlyFirst: first, onlySecond: second, neither: count - first - second)
    #expect(pairs.imagesToDecide(margin: margin, alpha: alpha) == expected)
  }

  /// A larger margin never takes more images, nor does a larger α.
  @Test(arguments: [(0, 0), (1, 0), (0, 1), (18, 2), (18, 0), (40, 40), (300, 100), (1000, 0), (500, 500)])
  func allowingMoreNeverTakesMore(first: Int, second: Int) {
    let pairs = PairedProportions(onlyFirst: first, onlySecond: second, neither: 1000 - first - second)
    func images(_ margin: Double, _ alpha: Double) -> Int { pairs.imagesToDecide(margin: margin, alpha: alpha) ?? .max }
    let margins = (1..<999).map { Double($0) / 1000 }
    for alpha in [1e-300, 1e-17, 1e-6, 0.01, 0.05, 0.3, 0.499999] {
      let needs = margins.map { images($0, alpha) }
      #expect(zip(needs, needs.dropFirst()).allSatisfy { $0 >= $1 }, "α \(alpha)")
    }
    for margin in [0.001, 0.01, 0.02, 0.1, 0.9] {
      let needs = [1e-300, 1e-17, 1e-6, 0.01, 0.05, 0.3, 0.499999].map { images(margin, $0) }
      #expect(zip(needs, needs.dropFirst()).allSatisfy { $0 >= $1 }, "margin \(margin)")
    }
  }

  /// Whatever level is asked for, an interval comes of it that holds the estimate and widens as the level falls.
  @Test(arguments: [(1, 0, 1), (0, 0, 10), (3, 9, 44), (30, 0, 1000), (500, 500, 1000)])
  func intervalsAtExtremeLevels(first: Int, second: Int, count: Int) {
    let pairs = PairedProportions(onlyFirst: first, onlySecond: second, neither: count - first - second)
    var previous = (lower: 0.0, upper: 0.0)
    for (index, tail) in [0.4999999999999999, 0.499999, 0.3, 0.05, 1e-6, 1e-17, 1e-300, Double.leastNonzeroMagnitude]
      .enumerated()
    {
      let interval = TangoScore(pairs).interval(upperTail: tail)
      #expect(-1 <= interval.lower && interval.lower <= pairs.difference, "tail \(tail)")
      #expect(pairs.difference <= interval.upper && interval.upper <= 1, "tail \(tail)")
      if index > 0 { #expect(interval.lower <= previous.lower && interval.upper >= previous.upper, "tail \(tail)") }
      previous = interval
    }
    let usual = (TangoScore(pairs).interval(), TangoScore(pairs).interval(upperTail: 0.025))
    #expect(abs(usual.0.lower - usual.1.lower) < 1e-9 && abs(usual.0.upper - usual.1.upper) < 1e-9)
  }

  /// With as many images as it asks for, four of five samples decide: binomial counts by a fixed generator.
  @Test func theSampleSizeHasItsPower() throws {
    let pairs = PairedProportions(onlyFirst: 40, onlySecond: 10, neither: 950)
    let count = try #require(pairs.imagesToDecide(margin: 0.02, alpha: 0.05))
    var state: UInt64 = 88_172_645_463_325_252
    func uniform() -> Double {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(state >> 11) * 0x1p-53
    }
    var decided = 0
    for _ in 0..<1000 {
      var sample = PairedProportions()
      for _ in 0..<count {
        let draw = uniform()
        // The same discordance, and in truth no drop.
        sample.add(first: draw < 0.025, second: draw >= 0.025 && draw < 0.05)
      }
      if TangoScore(sample).pValue(below: 0.02) <= 0.05 { decided += 1 }
    }
    // 800 expected; ± 51 is four standard deviations.
    #expect((740...860).contains(decided))
  }

  /// Ranks by sums of Python fractions: (n, p, lower rank, upper rank), 0 and n + 1 for none.
  @Test(arguments: [
    (10, 0.5, 2, 9), (5, 0.5, 0, 6), (6, 0.5, 1, 6), (100, 0.5, 40, 61), (100, 0.1, 5, 17), (881, 0.5, 411, 471),
    (20, 0.9, 15, 21),
  ])
  func quantileIntervals(count: Int, probability: Double, lower: Int, upper: Int) {
    // The number of each rank is the rank itself.
    let values = (1...count).map { (value: Float($0), count: 1) }
    let quantile = Statistics.quantile(probability, of: values, censored: 0, bound: Float(count))
    #expect(quantile.value == Float((Double(count) * probability).rounded(.up)))
    #expect(quantile.lower == Float(lower))
    #expect(quantile.upper == (upper > count ? nil : Float(upper)))
  }

  @Test func censoredValuesAreOnlyKnownToBeLarger() {
    let values: [(value: Float, count: Int)] = [(0.1, 40), (0.2, 0), (0.3, 10)]
    let median = Statistics.quantile(0.5, of: values, censored: 50, bound: 0.5)
    // Rank 50 is the last that is known; the interval is that of ranks 40 and 61.
    #expect(median.value == 0.3 && median.lower == 0.1 && median.upper == nil)
    let high = Statistics.quantile(0.9, of: values, censored: 50, bound: 0.5)
    #expect(high.value == nil && high.lower == 0.5 && high.upper == nil)
    let none = Statistics.quantile(0.5, of: [], censored: 0, bound: 0.5)
    #expect(none.value == nil && none.lower == 0 && none.upper == nil)
  }
}
