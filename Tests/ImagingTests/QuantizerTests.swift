import Imaging
import Tensors
import Testing

@Suite struct QuantizerTests {
  @Test func everyLevelSurvives() {
    let levels = (0...255).map(UInt8.init)
    #expect(Quantizer.levels(of: Tensor(levels.map { Float($0) / 255 }, shape: [256])) == levels)
  }

  @Test func roundsToNearestAndClips() {
    let values: [Float] = [-1, -0.001, 0.4 / 255, 0.6 / 255, 99.4 / 255, 99.6 / 255, 1.001, .infinity]
    #expect(Quantizer.levels(of: Tensor(values, shape: [8])) == [0, 0, 0, 1, 99, 100, 255, 255])
  }

  @Test func everyWholeNumberOfLevelsIsExact() {
    for level in 0...255 {
      #expect(Quantizer.radius(of: Float(level) / 255) == level)
      #expect(Quantizer.radius(of: Float(Double(level) / 255)) == level)
    }
  }

  @Test(
    arguments: [(0.03, 7), (0.5, 127), (0.1, 25), (1, 255), (2, 255), (7.99 / 255, 7), (0.001, 0)] as [(Float, Int)])
  func radiusIsTheWholePartElsewhere(epsilon: Float, expected: Int) {
    #expect(Quantizer.radius(of: epsilon) == expected)
  }

  @Test(arguments: [0, 1, 8, 25, 255])
  func staysInTheBallOnTheLattice(radius: Int) {
    let epsilon = Float(radius) / 255
    let originals = (0...255).map(UInt8.init)
    for sign: Float in [-1, 1] {
      let moved = Tensor(originals.map { Float($0) / 255 + sign * epsilon }, shape: [256])
      let levels = Quantizer.levels(of: moved, around: originals, epsilon: epsilon)
      for (level, original) in zip(levels, originals) {
        #expect(Int(level) == min(max(Int(original) + Int(sign) * radius, 0), 255))
      }
    }
  }

  @Test func aBudgetBetweenLevelsRoundsInwards() {
    // 100/255 + 0.03 is level 107.65: the nearest level, 108, is outside the ball.
    let image = Tensor([100 / 255 + 0.03] as [Float], shape: [1])
    #expect(Quantizer.levels(of: image) == [108])
    #expect(Quantizer.levels(of: image, around: [100], epsilon: 0.03) == [107])
  }

  @Test func differencesAreCentredAndClipped() {
    #expect(Quantizer.difference([10, 12, 0, 255], minus: [10, 10, 100, 0], gain: 4) == [128, 136, 0, 255])
  }
}
