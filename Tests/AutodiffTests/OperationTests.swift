import Autodiff
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct OperationTests {
  private func value(_ x: Tensor, _ function: (Variable) -> Variable) -> Tensor { function(Graph().constant(x)).value }

  private func gradient(_ x: Tensor, _ function: (Variable) -> Variable) -> Tensor {
    let graph = Graph()
    let leaf = graph.variable(x)
    return graph.gradients(of: function(leaf).sum(), by: [leaf])[0]
  }

  @Test func transposedMovesChannelsLast() {
    let x = Tensor((0..<24).map(Float.init), shape: [1, 2, 3, 4])
    let y = value(x) { $0.transposed([0, 2, 3, 1]) }
    #expect(y.shape == [1, 3, 4, 2])
    #expect(Array(y.scalars.prefix(6)) == [0, 12, 1, 13, 2, 14])
    #expect(value(y) { $0.transposed([0, 3, 1, 2]) } == x)
  }

  @Test func sliceTakesTheMiddle() {
    let x = Tensor((0..<12).map(Float.init), shape: [2, 3, 2])
    #expect(value(x) { $0.slice(axis: 1, range: 1..<3) } == Tensor([2, 3, 4, 5, 8, 9, 10, 11], shape: [2, 2, 2]))
  }

  /// ‖(3, 4)‖ = 5 becomes 25/26 in the same direction; 0 stays 0, and its gradient is 0 as the length begins as ‖s‖².
  @Test func squashShortensVectors() {
    let x = Tensor([3, 4, 0, 0, 0.03, -0.04], shape: [3, 2])
    let y = value(x) { $0.squash() }
    let expected: [Float] = [0.6 * 25 / 26, 0.8 * 25 / 26, 0, 0, 0.6 * 0.0025 / 1.0025, -0.8 * 0.0025 / 1.0025]
    #expect(y.relativeError(to: Tensor(expected, shape: [3, 2])) < 1e-6)
    #expect(Array(gradient(x) { $0.squash() }.scalars[2..<4]) == [0, 0])
    let tiny = gradient(Tensor([1e-30, 1e-22], shape: [1, 2])) { $0.squash() }
    #expect(tiny.scalars.allSatisfy { $0.isFinite })
  }

  @Test func reductionsOfKnownNumbers() {
    let x = Tensor([1, 2, 3, 4, 5, 9], shape: [2, 3])
    #expect(value(x) { $0.sum() } == Tensor(24))
    #expect(value(x) { $0.mean() } == Tensor(4))
    #expect(value(x) { $0.sum(axis: 0) } == Tensor([5, 7, 12], shape: [3]))
    #expect(value(x) { $0.mean(axis: 1) } == Tensor([2, 6], shape: [2]))
    #expect(value(x) { $0.max(axis: 1) } == Tensor([3, 9], shape: [2]))
  }

  @Test func sumOfManySmallNumbersKeepsItsDigits() {
    let count = 1 << 22
    let total = value(Tensor(repeating: 0.1, shape: [count])) { $0.sum() }.scalar
    #expect(abs(Double(total) / (Double(Float(0.1)) * Double(count)) - 1) < 1e-6)
  }

  @Test func tiesGoToTheFirst() {
    let flat = Tensor(repeating: 1, shape: [1, 1, 2, 2])
    #expect(gradient(flat) { $0.maxPooling(size: 2, stride: 2) } == Tensor([1, 0, 0, 0], shape: [1, 1, 2, 2]))
    let wide = gradient(Tensor(repeating: 1, shape: [1, 1, 2, 23])) { $0.maxPooling(size: 2, stride: 2) }
    #expect(wide.scalars == (0..<46).map { $0 < 22 && $0 % 2 == 0 ? 1 : 0 })
    let row = Tensor(repeating: 1, shape: [1, 3])
    #expect(gradient(row) { $0.max(axis: 1) } == Tensor([1, 0, 0], shape: [1, 3]))
    #expect(gradient(row) { $0.logitMargin(labels: [1]) } == Tensor([1, -1, 0], shape: [1, 3]))
  }

  @Test func poolingLeavesOutWindowsOverTheBorder() {
    let x = Tensor((0..<25).map(Float.init), shape: [1, 1, 5, 5])
    #expect(value(x) { $0.maxPooling(size: 2, stride: 2) } == Tensor([6, 8, 16, 18], shape: [1, 1, 2, 2]))
  }

  @Test func notANumberIsNotHiddenByMaxima() {
    var scalars = [Float](repeating: 1, count: 4)
    scalars[2] = .nan
    let x = Tensor(scalars, shape: [1, 1, 2, 2])
    #expect(value(x) { $0.maxPooling(size: 2, stride: 2) }.scalar.isNaN)
    #expect(value(x) { $0.reshaped(to: [1, 4]).max(axis: 1) }.scalar.isNaN)
    #expect(value(x) { $0.relu() }.scalars[2].isNaN)
  }

  @Test func logisticIsStableFarOut() {
    let x = Tensor([-200, -90, 90, 200], shape: [4])
    let y = value(x) { $0.logSigmoid() }.scalars
    #expect(y[0] == -200 && y[1] == -90 && y[3] == 0)
    #expect(value(x) { $0.sigmoid() }.scalars.allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 1 })
    #expect(gradient(x) { $0.logSigmoid() }.scalars.allSatisfy { $0.isFinite })
  }

  @Test func softmaxOfHugeScoresIsFinite() {
    let x = Tensor([1e30, -1e30, 0], shape: [1, 3])
    #expect(value(x) { $0.softmax() } == Tensor([1, 0, 0], shape: [1, 3]))
    #expect(value(x) { $0.crossEntropy(labels: [0]) }.scalar == 0)
    #expect(value(x) { $0.crossEntropy(labels: [2]) }.scalar == 1e30)
  }

  @Test func crossEntropyIsLogSoftmaxOfTheLabel() {
    let x = Tensor.normal([4, 7], deviation: 5, seed: 3)
    let labels = [6, 0, 3, 3]
    let reference = value(x) { -$0.logSoftmax().picking(labels) }
    #expect(value(x) { $0.crossEntropy(labels: labels) }.relativeError(to: reference) < 1e-6)
  }

  /// What the paper attacked with: no gradient at all once the margin is met.
  @Test func spreadLossIsFlatBeyondItsMargin() {
    let x = Tensor([0.95, 0.01, 0.02], shape: [1, 3])
    #expect(value(x) { $0.spreadLoss(labels: [0], margin: 0.9) }.scalar == 0)
    #expect(gradient(x) { $0.spreadLoss(labels: [0], margin: 0.9) } == Tensor(shape: [1, 3]))
    #expect(gradient(x) { $0.spreadLoss(labels: [1], margin: 0.9) } != Tensor(shape: [1, 3]))
  }

  @Test func differenceOfLogitsRatioIgnoresScaleAndShift() {
    let x = Tensor.normal([5, 6], seed: 21)
    let labels = [0, 1, 2, 3, 4]
    let plain = value(x) { $0.differenceOfLogitsRatio(labels: labels) }
    let moved = value(x) { ($0 * 64 + 8).differenceOfLogitsRatio(labels: labels) }
    #expect(moved.relativeError(to: plain) < 1e-4)
  }

  /// An attack ascends every objective: where it is positive (margin, DLR), the image is misclassified.
  @Test func objectivesArePositiveExactlyWhereTheLabelLost() {
    let x = Tensor.normal([50, 6], seed: 22)
    let labels = (0..<50).map { $0 % 6 }
    let right = zip(x.argmaxOfRows(), labels).map { $0 == $1 }
    #expect(right.contains(true) && right.contains(false))
    #expect(value(x) { $0.logitMargin(labels: labels) }.scalars.map { $0 <= 0 } == right)
    #expect(value(x) { $0.differenceOfLogitsRatio(labels: labels) }.scalars.map { $0 <= 0 } == right)
  }

  @Test func standardizedImagesHaveMeanZeroAndVarianceOne() {
    let x = Tensor.normal([3, 2, 8, 8], deviation: 0.2, seed: 23).map { $0 + 0.7 }
    let y = value(x) { $0.standardizedPerImage() }
    for image in 0..<3 {
      let pixels = y.rows(image..<(image + 1)).scalars.map(Double.init)
      #expect(abs(pixels.reduce(0, +) / 128) < 1e-6)
      #expect(abs(pixels.reduce(0) { $0 + $1 * $1 } / 128 - 1) < 1e-5)
    }
    #expect(
      value(Tensor(repeating: 0.3, shape: [1, 1, 4, 4])) { $0.standardizedPerImage() } == Tensor(shape: [1, 1, 4, 4]))
  }

  @Test func dropoutKeepsTheMeanAndDependsOnItsStreamAlone() {
    let x = Tensor(repeating: 1, shape: [100, 100])
    let drop = { (seed: UInt64) in self.value(x) { $0.dropout(rate: 0.25, stream: RandomStream(seed: seed)) } }
    let y = drop(1)
    let zeros = y.scalars.count { $0 == 0 }
    #expect(Set(y.scalars) == [0, 1 / Float(0.75)])
    // Four standard deviations of a binomial of 10,000 draws at 1/4.
    #expect(abs(zeros - 2500) < 174)
    #expect(drop(1) == y)
    #expect(drop(2) != y)
    #expect(value(x) { $0.dropout(rate: 0, stream: RandomStream(seed: 1)) } == x)
  }

  @Test func fusedReluEqualsReluAfterwards() {
    let x = Tensor.normal([2, 3, 6, 6], seed: 24)
    let (w, b) = (Tensor.normal([5, 3, 3, 3], seed: 25), Tensor.normal([5], seed: 26))
    for relu in [false, true] {
      let graph = Graph()
      let leaves = [x, w, b].map(graph.variable)
      let fused = leaves[0].convolution(leaves[1], bias: leaves[2], padding: 1, relu: relu)
      let plain = leaves[0].convolution(leaves[1], padding: 1).bias(leaves[2])
      let apart = relu ? plain.relu() : plain
      #expect(fused.value.relativeError(to: apart.value) < 1e-6)
      for (a, b) in zip(graph.gradients(of: fused.sum(), by: leaves), graph.gradients(of: apart.sum(), by: leaves)) {
        #expect(a.relativeError(to: b) < 1e-5)
      }
    }
  }
}
