import Autodiff
import Models
import RunSamples
import Tensors

/// linear, ReLU, linear: healthy and not linear.
struct ReLUModel: Classifier {
  let name = "relu"
  let inputShape: Shape = [1, 8, 8]
  let classCount = 4
  let trainingLoss = Loss.crossEntropy
  let chunkSize = 16
  let first: Tensor
  let second: Tensor

  init(seed: UInt64) {
    var stream = RandomStream(seed: seed)
    first = Tensor((0..<32 * 64).map { _ in 0.3 * stream.normal() }, shape: [32, 64])
    second = Tensor((0..<4 * 32).map { _ in 0.3 * stream.normal() }, shape: [4, 32])
  }

  func outputs(for images: Variable) -> ClassifierOutputs {
    let graph = images.graph
    let scores = images.flattened().linear(graph.constant(first)).relu().linear(graph.constant(second))
    return ClassifierOutputs(scores: scores, activations: scores.softmax())
  }
}

/// A classifier with something done to its images, to their gradient, or to its scores: broken on purpose.
struct AlteredClassifier: Classifier {
  /// `value` of the tensor that goes forwards; `reverse` of that tensor and of the gradient that comes back.
  struct Alteration: Operation {
    var value: @Sendable (Tensor) -> Tensor = { $0 }
    var reverse: @Sendable (Tensor, Tensor) -> Tensor = { $1 }

    var name: String { "alteration" }
    func value(of inputs: [Tensor], saving: Bool) -> Autodiff.Evaluation { .init(value(inputs[0])) }
    func reverse(_ record: ReverseRecord) -> [Tensor?] { [reverse(record.inputs[0], record.gradient)] }
  }

  var base: any Classifier = LinearModel()
  var ofImages = Alteration()
  var ofScores = Alteration()

  var name: String { "altered" }
  var inputShape: Shape { base.inputShape }
  var classCount: Int { base.classCount }
  var trainingLoss: Loss { base.trainingLoss }
  var chunkSize: Int { base.chunkSize }

  func outputs(for images: Variable) -> ClassifierOutputs {
    let outputs = base.outputs(for: images.applying(ofImages))
    return ClassifierOutputs(scores: outputs.scores.applying(ofScores), activations: outputs.activations)
  }
}

/// A pseudo-random sign that depends on `value` alone.
@Sendable func arbitrarySign(_ value: Float, _ index: Int) -> Float {
  var stream = RandomStream(seed: UInt64(value.bitPattern), UInt64(index))
  return stream.next() & 1 == 0 ? 1 : -1
}
