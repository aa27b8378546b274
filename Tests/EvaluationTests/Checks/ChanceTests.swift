import Evaluation
import Foundation
import Testing

@Suite struct ChanceTests {
  /// Against closed forms and counted cases.
  @Test func binomialTail() {
    #expect(abs(Chance.atLeast(1, of: 7, probability: 0.2) - (1 - pow(0.8, 7))) < 1e-12)
    #expect(abs(Chance.atLeast(7, of: 7, probability: 0.2) - pow(0.2, 7)) < 1e-15)
    // Of the 16 outcomes of four coins, 11 have two heads or more.
    #expect(abs(Chance.atLeast(2, of: 4, probability: 0.5) - 11.0 / 16) < 1e-12)
    #expect(Chance.atLeast(0, of: 0, probability: 0.5) == 1)
    #expect(Chance.atLeast(3, of: 2, probability: 0.5) == 0)
    #expect(Chance.atLeast(1, of: 5, probability: 0) == 0 && Chance.atLeast(5, of: 5, probability: 1) == 1)
  }

  @Test func pairedTest() {
    #expect(abs(Chance.thatFirstIsNotStronger(onlyFirst: 10, onlySecond: 0) - pow(2, -10)) < 1e-15)
    #expect(Chance.thatFirstIsNotStronger(onlyFirst: 0, onlySecond: 0) == 1)
    #expect(abs(Chance.thatFirstIsNotStronger(onlyFirst: 2, onlySecond: 2) - 11.0 / 16) < 1e-12)
  }

  /// Wilson's lower bounds from Python: 1 of 20 0.0089, 1 of 3 0.0615, 3 of 100 0.0103, 2 of 100 0.0055, 1 of 1000 0.0002.
  @Test func severity() {
    #expect(Chance.severity(0, of: 20) == nil)
    #expect(Chance.severity(1, of: 1000) == .note)
    #expect(Chance.severity(2, of: 100) == .warning && Chance.severity(1, of: 20) == .warning)
    #expect(Chance.severity(3, of: 100) == .error)
    // Nothing follows from one image.
    #expect(Chance.severity(1, of: 3) == .warning)
    #expect(Chance.severity(3, of: 100, warningAbove: 0.01, errorAbove: 0.2) == .warning)
  }
}
