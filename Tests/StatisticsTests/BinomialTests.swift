import Foundation
import Statistics
import Testing

@Suite struct BinomialTests {
  /// Against closed forms and counted cases.
  @Test func upperTail() {
    func atLeast(_ count: Int, of trials: Int, probability: Double) -> Double {
      Binomial(trials: trials, probability: probability).atLeast(count)
    }
    #expect(abs(atLeast(1, of: 7, probability: 0.2) - (1 - pow(0.8, 7))) < 1e-12)
    #expect(abs(atLeast(7, of: 7, probability: 0.2) - pow(0.2, 7)) < 1e-15)
    // Of the 16 outcomes of four coins, 11 have two heads or more.
    #expect(abs(atLeast(2, of: 4, probability: 0.5) - 11.0 / 16) < 1e-12)
    #expect(atLeast(0, of: 0, probability: 0.5) == 1)
    #expect(atLeast(3, of: 2, probability: 0.5) == 0)
    #expect(atLeast(1, of: 5, probability: 0) == 0 && atLeast(5, of: 5, probability: 1) == 1)
  }

  /// One-sided, and exact where the two-sided test has gone over to χ²: sums of Python's fractions.
  @Test(arguments: [
    (10, 0, 0.0009765625), (0, 0, 1.0), (2, 2, 0.6875), (1100, 1000, 0.015360353932121148), (1500, 0, 0.0),
  ])
  func exactMcNemar(first: Int, second: Int, expected: Double) {
    let p = McNemarTest.exactPValue(firstLarger: PairedProportions(onlyFirst: first, onlySecond: second))
    #expect(abs(p - expected) <= 1e-10 * expected)
  }
}
