import Reproduction
import Testing

@Suite struct MatchedStoppingTests {
  /// Errors at steps 10, 20, …; which step is the match, and whether it is one.
  @Test(arguments: [
    ([90, 52, 36, 20], 30, true), ([90, 52, 37, 20], 30, true), ([90, 52, 41, 44], 30, false), ([37], 10, true),
    ([90, 41, 41], 20, false), ([0, 90], 10, true),
  ])
  func theFirstGoodEnough(errors: [Int], step: Int, isMatched: Bool) {
    var stopping = MatchedStopping(target: 37)
    for (index, errors) in errors.enumerated() { _ = stopping.add(step: 10 * (index + 1), errors: errors) }
    #expect(stopping.best?.step == step && stopping.isMatched == isMatched)
  }

  /// The weights of these have to be kept: whatever comes, one of them is the match.
  @Test func saysWhichAreTheBestSoFar() {
    var stopping = MatchedStopping(target: 37)
    let isBest = [90, 95, 52, 52, 30, 10].enumerated().map { stopping.add(step: $0, errors: $1) }
    #expect(isBest == [true, false, true, false, true, false])
  }

  @Test func rewinds() {
    var stopping = MatchedStopping(target: 37)
    for (step, errors) in [(10, 90), (20, 36), (30, 40)] { _ = stopping.add(step: step, errors: errors) }
    stopping.rewind(to: 15)
    #expect(stopping.curve.map(\.step) == [10] && !stopping.isMatched)
    #expect(MatchedStopping(target: 3).best == nil)
  }
}
