import Arrays
import Autodiff
import Models
import Tensors
import Training

/// One training step on one batch: forward pass with dropout, gradients of the mean cross-entropy, Adam.
///
/// The batch is split into as many equal chunks as there are threads. Each run continues from the last one's weights.
final class TrainingCase: LoadedCase {
  private var model: any Model
  private var optimizer: Adam
  private let names: [String]
  private let threads: Int
  private let count: Int
  private let chunks: [(images: Tensor, labels: [Int])]
  private var steps: UInt64 = 0

  init(_ requested: Case) throws {
    let model = try Checkpoint.read(requested.weights).model
    self.model = model
    names = model.parameters.names.filter(model.trains)
    optimizer = Adam(parameters: names.map { model.parameters[$0] })
    threads = requested.threads
    let inputs = try SafeTensors(contentsOf: try required(requested.inputs, "inputs")).tensors
    count = try required(inputs["images"], "images").shape[0]
    chunks = try split(inputs, into: threads).map {
      (try required($0["images"], "images"), try required($0["labels"], "labels").scalars.map { Int($0) })
    }
  }

  func run() throws { _ = try step(usesDropout: true) }

  /// The loss before and the weights after a step without dropout, which each side draws its own way.
  func results() throws -> Results {
    let loss = try step(usesDropout: false)
    var results = Results(["loss": Tensor([loss], shape: [1])])
    for name in names { results.tensors[name] = model.parameters[name] }
    return results
  }

  private func step(usesDropout: Bool) throws -> Float {
    let results = try parallelMap(count: chunks.count, threads: threads) {
      [model, names, chunks, count, steps] chunk -> (loss: Float, gradients: [ParameterGradient]) in
      let (images, labels) = chunks[chunk]
      let graph = Graph()
      let parameters = model.parameters.bound(to: graph, trained: model.trains)
      let randomness = Randomness(stream: RandomStream(seed: 1, steps, UInt64(chunk)))
      let mode = usesDropout ? Mode.training(randomness) : .evaluation
      let outputs = model.outputs(for: graph.constant(images), parameters: parameters, mode: mode)
      let loss = outputs.scores.crossEntropy(labels: labels).sum() * (1 / Float(count))
      return (loss.value.scalar, graph.parameterGradients(of: loss, by: names.map { parameters[$0] }))
    }
    steps += 1
    let gradients = results.map(\.gradients)
    try model.parameters.update(names) { [threads] values in
      try optimizer.step(&values, gradients: gradients, learningRate: 1e-3, weightDecay: 0, threads: threads)
    }
    return results.reduce(0) { $0 + $1.loss }
  }
}
