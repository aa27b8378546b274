import Runs
import Testing

@Suite struct ChanceTests {
  /// Wilson's lower bounds from Python: 1 of 20 0.0089, 1 of 3 0.0615, 3 of 100 0.0103, 2 of 100 0.0055, 1 of 1000 0.0002.
  @Test func severity() {
    #expect(Significance.severity(0, of: 20) == nil)
    #expect(Significance.severity(1, of: 1000) == .note)
    #expect(Significance.severity(2, of: 100) == .warning && Significance.severity(1, of: 20) == .warning)
    #expect(Significance.severity(3, of: 100) == .error)
    // Nothing follows from one image.
    #expect(Significance.severity(1, of: 3) == .warning)
    #expect(Significance.severity(3, of: 100, warningAbove: 0.01, errorAbove: 0.2) == .warning)
  }
}
