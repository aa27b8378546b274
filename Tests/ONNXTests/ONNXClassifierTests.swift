import Autodiff
import Diagnostics
import Foundation
import Models
import ONNX
import Tensors
import Testing

/// The classifier around a graph: batches, layouts, and where the scores are.
struct ONNXClassifierTests {
  private static let weights = (0..<36).map { Float(($0 * 7) % 11 - 5) / 4 }
  private static let shape: Shape = [3, 2, 2]
  private let images = Tensor((0..<60).map { Float(($0 * 13) % 17) / 17 }, shape: [5, 3, 2, 2])

  /// Flatten, times weights `[3, 12]`, then `nodes`, which begin at `linear` and end at `out`.
  private static func model(
    batch: TensorInfo.Dimension = .named("N"), image: [Int] = [3, 2, 2], classes: Int = 3, before: [Node] = [],
    _ nodes: [Node], constants: [String: Constant] = [:]
  ) -> ONNXModel {
    let first = Node(
      name: "flat", operatorName: "Flatten", opset: 17, inputs: [before.isEmpty ? "x" : "moved"], outputs: ["rows"])
    let product = Node(
      name: "gemm", operatorName: "Gemm", opset: 17, attributes: ["transB": .int(1)], inputs: ["rows", "w"],
      outputs: ["linear"])
    var all = constants
    all["w"] = Constant(Tensor(Array(weights[..<(12 * classes)]), shape: [classes, 12]))
    return ONNXModel(
      irVersion: 8, producerName: "by hand", producerVersion: "", opsets: ["": 17],
      inputs: [TensorInfo(name: "x", type: .float, dimensions: [batch] + image.map { .fixed($0) })],
      outputs: [TensorInfo(name: "out", type: .float, dimensions: nil)],
      graph: Subgraph(inputs: ["x"], outputs: ["out"], nodes: before + [first, product] + nodes, constants: all))
  }

  private static func node(_ name: String, _ inputs: [String], _ attributes: [String: Attribute] = [:]) -> Node {
    Node(name: "last", operatorName: name, opset: 17, attributes: attributes, inputs: inputs, outputs: ["out"])
  }

  private func classifier(_ model: ONNXModel, _ options: ONNXClassifier.Options = .init()) throws -> ONNXClassifier {
    try ONNXClassifier(model, file: "net.onnx", name: "net", options: options)
  }

  private func expected(_ row: Int, _ k: Int) -> Float {
    let x = images.scalars
    return (0..<12).reduce(Float(0)) { $0 + Self.weights[k * 12 + $1] * x[row * 12 + $1] }
  }

  /// Scores and the gradient of their weighted sum are those of the linear layer.
  private func requireLinear(_ classifier: ONNXClassifier) {
    #expect(classifier.inputShape == Self.shape && classifier.classCount == 3)
    let graph = Graph()
    let x = graph.variable(images)
    let scores = classifier.outputs(for: x).scores
    let seed = Tensor((0..<15).map { Float($0 % 4) - 1 }, shape: [5, 3])
    let gradient = graph.gradients(of: scores, seed: seed, by: [x])[0].scalars
    for row in 0..<5 {
      for k in 0..<3 { #expect(abs(scores.value.scalars[row * 3 + k] - expected(row, k)) < 1e-5) }
      for i in 0..<12 {
        let sum = (0..<3).reduce(Float(0)) { $0 + seed.scalars[row * 3 + $1] * Self.weights[$1 * 12 + i] }
        #expect(abs(gradient[row * 12 + i] - sum) < 1e-5)
      }
    }
  }

  @Test(arguments: ["Identity", "Softmax", "LogSoftmax", "Sigmoid"])
  func scoresAreWhatIsBeforeTheEnd(_ last: String) throws {
    let attributes: [String: Attribute] = last.hasSuffix("Softmax") ? ["axis": .int(1)] : [:]
    let classifier = try classifier(Self.model([Self.node(last, ["linear"], attributes)]))
    requireLinear(classifier)
    #expect(classifier.summary.notes.contains { $0.contains(last) } == (last != "Identity"))
  }

  @Test(arguments: [1, 2, 3, 4]) func frozenBatches(_ count: Int) throws {
    let classifier = try classifier(Self.model(batch: .fixed(count), [Self.node("Identity", ["linear"])]))
    requireLinear(classifier)
    #expect(classifier.chunkSize % count == 0)
  }

  /// Frozen by mistake to the batch of an example, of one image.
  @Test func shapesOfAnExample() throws {
    requireLinear(
      try classifier(Self.model([Self.node("Reshape", ["linear", "shape"])], constants: ["shape": Constant([1, 3])])))
  }

  /// One or two images go well, as when the model is read, but no other number.
  @Test func sizesThatShowLaterAreComputedOneByOne() throws {
    func node(_ name: String, _ inputs: [String], _ output: String, _ attributes: [String: Attribute] = [:]) -> Node {
      Node(name: output, operatorName: name, opset: 17, attributes: attributes, inputs: inputs, outputs: [output])
    }
    func branch(_ name: String) -> Attribute {
      .graph(Subgraph(inputs: [], outputs: ["b"], nodes: [node(name, ["linear"], "b")], constants: [:]))
    }
    let model = Self.model(
      [
        node("Shape", ["x"], "sizes", ["start": .int(0), "end": .int(1)]), node("Less", ["sizes", "three"], "few"),
        Self.node("If", ["few"], ["then_branch": branch("Identity"), "else_branch": branch("Strange")]),
      ], constants: ["three": Constant([3])])
    requireLinear(try classifier(model))
  }

  /// Images that change each other are given one at a time.
  @Test func mixedBatchesAreSeparated() throws {
    let mean = Node(
      name: "mean", operatorName: "ReduceMean", opset: 17, attributes: ["axes": .ints([0]), "keepdims": .int(1)],
      inputs: ["linear"], outputs: ["mean"])
    let mixed = try classifier(Self.model([mean, Self.node("Sub", ["linear", "mean"])]))
    // Alone, an image is its own mean.
    #expect(mixed.scores(of: images).scalars.allSatisfy { $0 == 0 })
    #expect(mixed.summary.notes.contains { $0.contains("one at a time") })
  }

  @Test func oneLogitMeansTwoClasses() throws {
    for last in ["Sigmoid", "Identity"] {
      let classifier = try classifier(Self.model(classes: 1, [Self.node(last, ["linear"])]))
      #expect(classifier.classCount == 2)
      let outputs = classifier.outputs(for: Graph().constant(images))
      for row in 0..<5 {
        let probability = 1 / (1 + exp(-expected(row, 0)))
        #expect(abs(outputs.activations.value.scalars[row * 2 + 1] - probability) < 1e-6)
      }
    }
  }

  /// As scikit-learn's exporter ends a network of two classes: 1 − logistic(z) and logistic(z).
  @Test func bothProbabilitiesOfOneLogit() throws {
    func node(_ name: String, _ inputs: [String], _ output: String, _ attributes: [String: Attribute] = [:]) -> Node {
      Node(
        name: name, operatorName: name, opset: 17, attributes: attributes, inputs: inputs.map { $0 }, outputs: [output])
    }
    let classifier = try classifier(
      Self.model(
        classes: 1,
        [
          node("Sigmoid", ["linear"], "second"), node("Sub", ["one", "second"], "first"),
          node("Concat", ["first", "second"], "both", ["axis": .int(1)]), Self.node("Identity", ["both"]),
        ], constants: ["one": Constant(Tensor([1], shape: [1]))]))
    #expect(classifier.classCount == 2)
    let outputs = classifier.outputs(for: Graph().constant(images))
    for row in 0..<5 {
      // The scores are 0 and z, so that no gradient vanishes where the probabilities do.
      #expect(outputs.scores.value.scalars[row * 2] == 0)
      #expect(abs(outputs.scores.value.scalars[row * 2 + 1] - expected(row, 0)) < 1e-5)
      let probability = 1 / (1 + exp(-expected(row, 0)))
      #expect(abs(outputs.activations.value.scalars[row * 2 + 1] - probability) < 1e-6)
    }
  }

  @Test func channelsLast() throws {
    let move = Node(
      name: "move", operatorName: "Transpose", opset: 17, attributes: ["perm": .ints([0, 3, 1, 2])], inputs: ["x"],
      outputs: ["moved"])
    let model = Self.model(image: [2, 2, 3], before: [move], [Self.node("Identity", ["linear"])])
    requireLinear(try classifier(model))
    requireLinear(try classifier(model, .init(layout: .nhwc)))
    // Who says so is believed: two channels of two rows and three columns.
    #expect(try classifier(model, .init(layout: .nchw)).inputShape == [2, 2, 3])
  }

  @Test func allThatCannotBeDoneIsToldAtOnce() throws {
    let strange = Node(name: "one", operatorName: "Strange", opset: 17, inputs: ["linear"], outputs: ["a"])
    let model = Self.model([strange, Self.node("Odd", ["a"])])
    #expect {
      try classifier(model)
    } throws: { error in
      let problem = (error as? InputError)?.problem ?? ""
      return problem.contains("Strange") && problem.contains("“one”") && problem.contains("Odd")
    }
  }
}
