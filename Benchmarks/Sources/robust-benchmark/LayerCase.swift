import Arrays
import Autodiff
import Models
import Tensors

/// One layer on one batch: its outputs, and gradients by its inputs, and by its weights, for given output gradients.
struct LayerCase: LoadedCase {
  private let layer: Case.Layer
  private let mode: Case.Mode
  private let threads: Int
  /// Prefix dropped: `weight`, `bias`, `beta_a`, `beta_u`.
  private let parameters: [(name: String, value: Tensor)]
  private let routed: EMRoutedCapsules?
  private let chunks: [[String: Tensor]]

  init(_ requested: Case) throws {
    layer = try required(requested.layer, "layer")
    mode = try required(requested.mode, "mode")
    threads = requested.threads
    let model = try Checkpoint.read(requested.weights).model
    let prefix = (layer.name ?? "") + "."
    parameters = model.parameters.names.filter { $0.hasPrefix(prefix) }.map {
      (String($0.dropFirst(prefix.count)), model.parameters[$0])
    }
    routed = (model as? MatrixCapsules)?.routedOperations.first { [layer] in $0.name == layer.name }?.operation
    chunks = try split(
      try SafeTensors(contentsOf: try required(requested.inputs, "inputs")).tensors, into: threads)
  }

  func run() throws { _ = try compute() }

  func results() throws -> Results {
    Results(chunks: try compute(), summed: Set(parameters.map { "by_" + $0.name }))
  }

  private func compute() throws -> [[String: Tensor]] {
    try parallelMap(count: chunks.count, threads: threads) { [self] in try compute(chunks[$0]) }
  }

  private func compute(_ chunk: [String: Tensor]) throws -> [String: Tensor] {
    let graph = Graph()
    let names = layer.kind == .em ? ["poses", "activations"] : ["input"]
    let inputs = try names.map {
      let value = try required(chunk[$0], $0)
      return mode == .forward ? graph.constant(value) : graph.variable(value)
    }
    let weights = parameters.map { mode == .all ? graph.variable($0.value) : graph.constant($0.value) }
    let outputs = try apply(graph, inputs, weights)
    let outputNames = layer.kind == .em ? ["output_poses", "scores"] : ["output"]
    var results = Dictionary(uniqueKeysWithValues: zip(outputNames, outputs.map(\.value)))
    guard mode != .forward else { return results }
    let seeds = try outputNames.map { try required(chunk["gradient_" + $0], "gradient_" + $0) }
    let end = graph.apply(GivenGradients(seeds), to: outputs)[0]
    let wantedNames = names + (mode == .all ? parameters.map(\.name) : [])
    let wanted = inputs + (mode == .all ? weights : [])
    for (name, gradient) in zip(wantedNames, graph.gradients(of: end, by: wanted)) { results["by_" + name] = gradient }
    return results
  }

  private func apply(_ graph: Graph, _ inputs: [Variable], _ weights: [Variable]) throws -> [Variable] {
    switch layer.kind {
    case .em:
      return graph.apply(try required(routed, "routed layer"), to: inputs + weights)
    case .convolution:
      return [
        inputs[0].convolution(
          weights[0], bias: weights[1], stride: layer.stride ?? 1, padding: layer.padding ?? 0,
          relu: layer.relu ?? false)
      ]
    case .linear:
      return [inputs[0].linear(weights[0], bias: weights[1], relu: layer.relu ?? false)]
    case .pooling:
      return [inputs[0].maxPooling(size: 2, stride: 2)]
    }
  }
}

/// A loss whose gradients by its inputs are given: it costs nothing itself.
private struct GivenGradients: Operation {
  let gradients: [Tensor]

  init(_ gradients: [Tensor]) { self.gradients = gradients }

  var name: String { "givenGradients" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation { Evaluation(Tensor(0)) }

  func reverse(_ record: ReverseRecord) -> [Tensor?] { gradients }
}
