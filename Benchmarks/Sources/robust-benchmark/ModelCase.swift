import Arrays
import Autodiff
import Models
import ONNX
import Tensors

/// A model on one batch: its scores, and the gradient of the summed cross-entropy by the images or by the weights; a model
/// that comes as ONNX has no weights to differentiate by.
///
/// The batch is split into as many equal chunks as there are threads, each with a graph of its own.
struct ModelCase: TwoPasses {
  private let model: any Classifier
  private let mode: Case.Mode
  private let threads: Int
  private let chunks: [(images: Tensor, labels: [Int])]

  init(_ requested: Case) throws {
    let isForeign = requested.weights.hasSuffix(".onnx")
    model = isForeign ? try ONNXClassifier(reading: requested.weights) : try Checkpoint.read(requested.weights).model
    mode = try required(requested.mode, "mode")
    threads = requested.threads
    let inputs = try SafeTensors(contentsOf: try required(requested.inputs, "inputs")).tensors
    chunks = try split(inputs, into: threads).map {
      (try required($0["images"], "images"), try required($0["labels"], "labels").scalars.map { Int($0) })
    }
  }

  func run() throws { _ = try compute() }

  func results() throws -> Results {
    Results(chunks: try compute(), summed: Set(((model as? any Model)?.parameters.names ?? []).map { "by_" + $0 }))
  }

  private func compute() throws -> [[String: Tensor]] {
    try parallelMap(count: chunks.count, threads: threads) { [self] in pass($0).finish() }
  }

  func run(between body: () -> Void) throws {
    let passes = (0..<chunks.count).map(pass)
    body()
    for pass in passes { _ = pass.finish() }
  }

  /// A forward pass that has been done, and the reverse pass that has not.
  private struct Pass {
    let scores: Variable
    let loss: Variable?
    let variables: [(name: String, variable: Variable)]

    func finish() -> [String: Tensor] {
      var results = ["scores": scores.value]
      if let loss {
        let seed = Tensor(repeating: 1, shape: loss.shape)
        let gradients = scores.graph.gradients(of: loss, seed: seed, by: variables.map(\.variable))
        for ((name, _), gradient) in zip(variables, gradients) { results["by_" + name] = gradient }
      }
      return results
    }
  }

  private func pass(_ index: Int) -> Pass {
    let (images, labels) = chunks[index]
    let graph = Graph()
    switch mode {
    case .forward:
      return Pass(scores: model.outputs(for: graph.constant(images)).scores, loss: nil, variables: [])
    case .input:
      let x = graph.variable(images)
      let scores = model.outputs(for: x).scores
      return Pass(scores: scores, loss: scores.crossEntropy(labels: labels), variables: [("images", x)])
    case .all:
      guard let model = model as? any Model else { preconditionFailure("\(model.name) has no weights") }
      let parameters = model.parameters.bound(to: graph, trained: model.trains)
      let outputs = model.outputs(for: graph.constant(images), parameters: parameters, mode: .evaluation)
      let names = model.parameters.names.filter(model.trains)
      return Pass(
        scores: outputs.scores, loss: outputs.scores.crossEntropy(labels: labels),
        variables: names.map { ($0, parameters[$0]) })
    }
  }
}
