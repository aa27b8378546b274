import Testing
import Text

@Suite struct NumberFormatTests {
  @Test(arguments: [(-0.004, "0.00"), (-0.006, "-0.01"), (2.5, "2.50"), (1e6, "1000000.00")])
  func fixedHasNoNegativeZero(value: Double, text: String) { #expect(NumberFormat.fixed(value, 2) == text) }

  @Test(arguments: [(0.5, "0.5"), (10, "10"), (0.12349, "0.123"), (-0.0001, "0")])
  func shortHasNoTrailingZeros(value: Double, text: String) { #expect(NumberFormat.short(value, 3) == text) }

  @Test(arguments: [(0.012, "+1.2"), (-0.003, "−0.3"), (0.0001, "0.0"), (-0.0001, "0.0")])
  func signsAreOfWhatIsShown(share: Double, text: String) { #expect(NumberFormat.signed(100 * share, 1) == text) }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"), (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func thousandsAreApart(value: Int, text: String) { #expect(NumberFormat.grouped(value) == text) }

  @Test func probabilitiesAreNeverZero() {
    #expect(NumberFormat.probability(0) == "<0.001" && NumberFormat.probability(0.001) == "0.001")
    #expect(NumberFormat.probabilityEquation(1e-9) == "p < 0.001")
    #expect(NumberFormat.probabilityEquation(0.0432) == "p = 0.043")
  }
}
