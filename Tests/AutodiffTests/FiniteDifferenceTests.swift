import Autodiff
import Tensors
import TestSupport
import Testing

/// Every reverse rule against directional finite differences.
@Suite struct FiniteDifferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let inputs: [Tensor]
    let function: @Sendable ([Variable]) -> Variable

    init(_ name: String, _ inputs: Tensor..., function: @escaping @Sendable ([Variable]) -> Variable) {
      testDescription = name
      self.inputs = inputs
      self.function = function
    }
  }

  static let matrix = Tensor.normal([3, 5], seed: 1)
  static let other = Tensor.normal([3, 5], seed: 2)
  static let positive = Tensor.normal([3, 5], deviation: 0.3, seed: 3).map { $0 * $0 + 1 }
  static let distinct = Tensor.spaced([3, 5], seed: 4)
  static let images = Tensor.normal([2, 3, 6, 5], seed: 5)
  static let distinctImages = Tensor.spaced([2, 3, 6, 5], seed: 6)
  static let labels = [4, 0, 2]
  static let targets = [1, 3, 0]

  static let elementwise: [Case] = [
    Case("a + b", matrix, other) { $0[0] + $0[1] },
    Case("a - b", matrix, other) { $0[0] - $0[1] },
    Case("a * b", matrix, other) { $0[0] * $0[1] },
    Case("a / b", matrix, positive) { $0[0] / $0[1] },
    Case("a * a", matrix) { $0[0] * $0[0] },
    Case("a + 2", matrix) { $0[0] + 2 },
    Case("2 + a", matrix) { 2 + $0[0] },
    Case("a - 2", matrix) { $0[0] - 2 },
    Case("2 - a", matrix) { 2 - $0[0] },
    Case("3 * a", matrix) { 3 * $0[0] },
    Case("a * 3", matrix) { $0[0] * 3 },
    Case("a / 3", matrix) { $0[0] / 3 },
    Case("3 / a", positive) { 3 / $0[0] },
    Case("-a", matrix) { -$0[0] },
    Case("exp", matrix) { $0[0].exp() },
    Case("log", positive) { $0[0].log() },
    Case("relu", distinct) { $0[0].relu() },
    Case("sigmoid", matrix) { $0[0].sigmoid() },
    Case("logSigmoid", matrix) { $0[0].logSigmoid() },
    Case("squash", matrix) { $0[0].squash() },
    Case("squash of long vectors", images) { ($0[0] * 3).squash() },
    Case("dropout", matrix) { $0[0].dropout(rate: 0.4, stream: RandomStream(seed: 7)) },
  ]

  static let layout: [Case] = [
    Case("reshaped", images) { $0[0].reshaped(to: [6, 30]).softmax() },
    Case("flattened", images) { $0[0].flattened().softmax() },
    Case("transposed 2D", matrix) { $0[0].transposed([1, 0]) },
    Case("transposed to channels last", images) { $0[0].transposed([0, 2, 3, 1]) },
    Case("transposed by a cycle", images) { $0[0].transposed([3, 0, 1, 2]) },
    Case("slice of the first axis", images) { $0[0].slice(axis: 0, range: 1..<2) },
    Case("slice of a middle axis", images) { $0[0].slice(axis: 2, range: 1..<4) },
    Case("slice of the last axis", images) { $0[0].slice(axis: 3, range: 2..<5) },
    Case("sum", images) { $0[0].sum() },
    Case("mean", images) { $0[0].mean() },
    Case("sum of axis 1", images) { $0[0].sum(axis: 1) },
    Case("sum of the last axis", images) { $0[0].sum(axis: 3) },
    Case("mean of axis 0", images) { $0[0].mean(axis: 0) },
    Case("mean of axis 2", images) { $0[0].mean(axis: 2) },
    Case("max of axis 1", distinctImages) { $0[0].max(axis: 1) },
    Case("max of the last axis", distinctImages) { $0[0].max(axis: 3) },
    Case("bias of a matrix", matrix, .normal([5], seed: 8)) { $0[0].bias($0[1]) },
    Case("bias of images", images, .normal([3], seed: 8)) { $0[0].bias($0[1]) },
    Case("standardizedPerImage", images) { $0[0].standardizedPerImage() },
    Case("standardizedPerImage below its floor", .normal([2, 3, 2, 2], deviation: 1e-4, seed: 9).map { $0 + 0.5 }) {
      ($0[0] * 0.01).standardizedPerImage()
    },
    Case("one crop of each image", images) { $0[0].cropped(rows: 4, columns: 2, at: [(1, 3), (2, 0)]) },
    Case("overlapping crops", images) {
      $0[0].cropped(rows: 3, columns: 4, at: [(0, 0), (1, 1), (3, 1), (2, 0), (2, 0), (0, 1)])
    },
    Case("affinePerChannel", images) { $0[0].affinePerChannel(scales: [2, -0.5, 3], shifts: [3, 1, 0]) },
    Case("resized to less", images) { $0[0].resized(rows: 4, columns: 2) },
    Case("resized to more", images) { $0[0].resized(rows: 13, columns: 5) },
    Case("affinePerImage", images) { $0[0].affinePerImage(scales: [2, -0.5], shifts: [3, 1]) },
    Case("maxPooling 2 by 2", distinctImages) { $0[0].maxPooling(size: 2, stride: 2) },
    Case("maxPooling of wide images", .spaced([1, 2, 5, 39], gap: 0.0625, seed: 16)) {
      $0[0].maxPooling(size: 2, stride: 2)
    },
    Case("maxPooling 3 by 2", distinctImages) { $0[0].maxPooling(size: 3, stride: 2) },
  ]

  static let products: [Case] = [
    Case("linear", matrix, .normal([4, 5], seed: 10)) { $0[0].linear($0[1]) },
    Case("linear with bias", matrix, .normal([4, 5], seed: 10), .normal([4], seed: 11)) {
      $0[0].linear($0[1], bias: $0[2])
    },
    Case(
      "linear with bias and relu", matrix, .normal([4, 5], deviation: 0.2, seed: 10), Tensor([3, -3, 3, 3], shape: [4])
    ) {
      $0[0].linear($0[1], bias: $0[2], relu: true)
    },
    Case("convolution", images, .normal([4, 3, 3, 3], seed: 12)) { $0[0].convolution($0[1]) },
    Case("convolution, stride and padding", images, .normal([4, 3, 3, 3], seed: 12), .normal([4], seed: 13)) {
      $0[0].convolution($0[1], bias: $0[2], stride: 2, padding: 1)
    },
    Case("convolution of many channels", .normal([2, 17, 5, 5], seed: 14), .normal([19, 17, 3, 3], seed: 15)) {
      $0[0].convolution($0[1], padding: 1)
    },
    Case(
      "convolution with bias and relu", images, .normal([4, 3, 3, 3], deviation: 0.05, seed: 12),
      Tensor([3, -3, 3, 3], shape: [4])
    ) { $0[0].convolution($0[1], bias: $0[2], padding: 1, relu: true) },
  ]

  static let losses: [Case] = [
    Case("softmax", matrix) { $0[0].softmax() },
    Case("logSoftmax", matrix) { $0[0].logSoftmax() },
    Case("picking", matrix) { $0[0].picking(labels) },
    Case("crossEntropy", matrix) { $0[0].crossEntropy(labels: labels) },
    Case("spreadLoss", distinct) { $0[0].spreadLoss(labels: labels, margin: 0.31) },
    Case("marginLoss", distinct) { $0[0].marginLoss(labels: labels) },
    Case("logitMargin", distinct) { $0[0].logitMargin(labels: labels) },
    Case("differenceOfLogitsRatio", distinct) { $0[0].differenceOfLogitsRatio(labels: labels) },
    Case("targetedDifferenceOfLogitsRatio", distinct) {
      $0[0].targetedDifferenceOfLogitsRatio(labels: labels, targets: targets)
    },
  ]

  @Test(arguments: elementwise + layout + products + losses)
  func agrees(_ test: Case) {
    #expect(FiniteDifferences.error(test.inputs, of: test.function) < 1e-3)
  }

  /// The checker itself: a wrong rule must not pass.
  @Test func wrongRuleIsFound() {
    struct Wrong: Operation {
      let name = "wrong"
      func value(of inputs: [Tensor], saving: Bool) -> Evaluation { Evaluation(inputs[0].map { $0 * $0 }) }
      func reverse(_ record: ReverseRecord) -> [Tensor?] {
        [
          Tensor(
            zip(record.inputs[0].scalars, record.gradient.scalars).map { 2.01 * $0 * $1 }, shape: record.inputs[0].shape
          )
        ]
      }
    }
    #expect(FiniteDifferences.error([Self.matrix]) { $0[0].applying(Wrong()) } > 1e-3)
  }
}
