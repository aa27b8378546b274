import Autodiff
import Models
import Synchronization
import Tensors

/// scores = W x + b over the flattened image: its best ℓ∞ perturbation is known.
struct LinearClassifier: Classifier {
  var name = "linear"
  var inputShape: Shape
  var classCount: Int
  var trainingLoss = Loss.crossEntropy
  var chunkSize = 4
  /// `[classes, pixels]`
  var weights: Tensor
  var bias: Tensor

  init(weights: [[Float]], bias: [Float]? = nil, shape: Shape) {
    inputShape = shape
    classCount = weights.count
    self.weights = Tensor(weights.flatMap { $0 }, shape: [weights.count, shape.count])
    self.bias = Tensor(bias ?? weights.map { _ in 0 }, shape: [weights.count])
  }

  /// Weights drawn from a normal distribution.
  init(classes: Int, shape: Shape, seed: UInt64) {
    var stream = RandomStream(seed: seed)
    self.init(
      weights: (0..<classes).map { _ in (0..<shape.count).map { _ in stream.normal() } },
      bias: (0..<classes).map { _ in 0.1 * stream.normal() }, shape: shape)
  }

  func outputs(for images: Variable) -> ClassifierOutputs {
    let graph = images.graph
    let scores = images.flattened().linear(graph.constant(weights), bias: graph.constant(bias))
    return ClassifierOutputs(scores: scores, activations: scores.sigmoid())
  }

  /// Row `label` of W minus row `other`.
  func difference(_ label: Int, _ other: Int) -> [Float] {
    let (w, pixels) = (weights.scalars, inputShape.count)
    return (0..<pixels).map { w[label * pixels + $0] - w[other * pixels + $0] }
  }
}

/// linear, ReLU, linear.
struct SmallNet: Classifier {
  let name = "small net"
  let inputShape: Shape
  let classCount: Int
  let trainingLoss = Loss.crossEntropy
  let chunkSize = 8
  let first: Tensor
  let firstBias: Tensor
  let second: Tensor
  let secondBias: Tensor

  init(shape: Shape, hidden: Int, classes: Int, seed: UInt64) {
    var stream = RandomStream(seed: seed)
    func draw(_ shape: Shape, _ scale: Float) -> Tensor {
      Tensor((0..<shape.count).map { _ in scale * stream.normal() }, shape: shape)
    }
    inputShape = shape
    classCount = classes
    first = draw([hidden, shape.count], 1)
    firstBias = draw([hidden], 0.5)
    second = draw([classes, hidden], 1)
    secondBias = draw([classes], 0.5)
  }

  init(shape: Shape, first: [[Float]], firstBias: [Float], second: [[Float]], secondBias: [Float]) {
    inputShape = shape
    classCount = second.count
    self.first = Tensor(first.flatMap { $0 }, shape: [first.count, shape.count])
    self.firstBias = Tensor(firstBias, shape: [first.count])
    self.second = Tensor(second.flatMap { $0 }, shape: [second.count, first.count])
    self.secondBias = Tensor(secondBias, shape: [second.count])
  }

  func outputs(for images: Variable) -> ClassifierOutputs {
    let graph = images.graph
    let hidden = images.flattened().linear(graph.constant(first), bias: graph.constant(firstBias)).relu()
    let scores = hidden.linear(graph.constant(second), bias: graph.constant(secondBias))
    return ClassifierOutputs(scores: scores, activations: scores.softmax())
  }
}

/// Counts the images that go forwards and backwards through a classifier.
struct CountingClassifier: Classifier {
  final class Counts: Sendable {
    let forwards = Mutex(0)
    let backwards = Mutex(0)
    var total: [Int] { [forwards.withLock { $0 }, backwards.withLock { $0 }] }
  }

  struct Probe: Operation {
    let counts: Counts
    var name: String { "probe" }
    func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
      counts.forwards.withLock { $0 += inputs[0].shape[0] }
      return Evaluation(inputs[0])
    }
    func reverse(_ record: ReverseRecord) -> [Tensor?] {
      counts.backwards.withLock { $0 += record.gradient.shape[0] }
      return [record.gradient]
    }
  }

  let base: any Classifier
  let counts = Counts()
  var name: String { base.name }
  var inputShape: Shape { base.inputShape }
  var classCount: Int { base.classCount }
  var trainingLoss: Loss { base.trainingLoss }
  var chunkSize: Int { base.chunkSize }

  func outputs(for images: Variable) -> ClassifierOutputs { base.outputs(for: images.applying(Probe(counts: counts))) }
}

/// A classifier whose input gradient is replaced by `change` of it.
struct BrokenGradient: Classifier {
  struct Break: Operation {
    let change: @Sendable (Tensor) -> Tensor
    var name: String { "break" }
    func value(of inputs: [Tensor], saving: Bool) -> Evaluation { Evaluation(inputs[0]) }
    func reverse(_ record: ReverseRecord) -> [Tensor?] { [change(record.gradient)] }
  }

  let base: LinearClassifier
  let change: @Sendable (Tensor) -> Tensor
  var name: String { "broken" }
  var inputShape: Shape { base.inputShape }
  var classCount: Int { base.classCount }
  var trainingLoss: Loss { base.trainingLoss }
  var chunkSize: Int { base.chunkSize }

  func outputs(for images: Variable) -> ClassifierOutputs { base.outputs(for: images.applying(Break(change: change))) }
}

/// `count` images of uniform noise on [low, high].
func noise(_ count: Int, _ shape: Shape, seed: UInt64, low: Float = 0, high: Float = 1) -> Tensor {
  var stream = RandomStream(seed: seed)
  let batch = shape.batched(count)
  return Tensor((0..<batch.count).map { _ in low + (high - low) * stream.uniform() }, shape: batch)
}
