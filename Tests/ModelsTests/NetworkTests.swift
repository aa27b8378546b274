import Autodiff
import Foundation
import Kernels
import Models
import Tensors
import TestSupport
import Testing

/// Whole networks against float64 scores and image gradients of the independent implementation.
struct NetworkTests {
  struct Record: Decodable {
    let shape: [Int]
    let labels: [Int]
    let order: [String]
    let scores, gradient: [Double]
    /// Of the images from the poses of `labels`, where there is a decoder.
    let reconstruction: [Double]?
  }

  /// The names the reference uses, in its order, for our parameters.
  static let capsuleNames = [
    "conv1.weight": "convolution.weight", "conv1.bias": "convolution.bias", "prim.weight": "primary.weight",
    "prim.bias": "primary.bias", "c1.W": "capsules1.weight", "c1.beta_a": "capsules1.beta_a",
    "c1.beta_u": "capsules1.beta_u", "c2.W": "capsules2.weight", "c2.beta_a": "capsules2.beta_a",
    "c2.beta_u": "capsules2.beta_u", "cls.W": "classes.weight", "cls.beta_a": "classes.beta_a",
    "cls.beta_u": "classes.beta_u",
  ]
  static let convolutionalNames = [
    "c1.weight": "convolution1.weight", "c1.bias": "convolution1.bias", "c2.weight": "convolution2.weight",
    "c2.bias": "convolution2.bias", "f1.weight": "hidden.weight", "f1.bias": "hidden.bias",
    "f2.weight": "readout.weight", "f2.bias": "readout.bias",
  ]

  static let dynamicNames = [
    "T": "classes.weight", "conv.bias": "convolution.bias", "conv.weight": "convolution.weight",
    "prim.bias": "primary.bias", "prim.weight": "primary.weight", "decoder.0.bias": "decoder.hidden1.bias",
    "decoder.0.weight": "decoder.hidden1.weight", "decoder.1.bias": "decoder.hidden2.bias",
    "decoder.1.weight": "decoder.hidden2.weight", "decoder.2.bias": "decoder.pixels.bias",
    "decoder.2.weight": "decoder.pixels.weight",
  ]

  static func pattern(_ shape: Shape, phase: Double, scale: Double) -> [Double] {
    (0..<shape.count).map { scale * sin(1.7 * Double($0) + phase) }
  }

  static func fill<M: Model>(_ model: inout M, order: [String], names: [String: String]) {
    for (phase, reference) in order.enumerated() {
      let name = names[reference]!
      let shape = model.parameters[name].shape
      let isTransformation = reference.hasSuffix("W")
      let isWeight = !isTransformation && (shape.rank == 2 || shape.rank == 4)
      let scale = isWeight ? 1 / Double(shape.withoutBatch.count).squareRoot() : 0.3
      var values = pattern(shape, phase: Double(phase), scale: reference == "T" ? 6 : scale)
      if isTransformation {
        for index in values.indices where index % 4 == index / 4 % 4 { values[index] += 0.5 }
      }
      model.parameters[name] = Tensor(values, shape: shape)
    }
  }

  static func check(_ model: some Classifier, _ record: Record) {
    let images = Tensor(
      pattern(Shape(record.shape), phase: 100, scale: 0.5).map { $0 + 0.5 }, shape: Shape(record.shape))
    let graph = Graph()
    let input = graph.variable(images)
    let outputs = model.outputs(for: input)
    let loss = model.trainingLoss.perImage(outputs, labels: record.labels).mean()
    let gradient = graph.gradients(of: loss, by: [input])[0]
    #expect(Fixture.relativeError(outputs.scores.value, record.scores) < 2e-5)
    #expect(Fixture.relativeError(gradient, record.gradient) < 2e-4)
  }

  @Test(arguments: [
    ("image", RoutingScope.image, ActivationRule.logistic), ("position", .position, .logistic),
    ("mixing", .image, .mixingProportion),
  ])
  func capsules(file: String, scope: RoutingScope, rule: ActivationRule) throws {
    let record: Record = try Fixture.json("network-capsules-\(file)")
    var configuration = MatrixCapsules.Configuration()
    configuration.inputShape = Shape(record.shape).withoutBatch
    configuration.classCount = 5
    configuration.channels = 4
    configuration.primaryTypes = 3
    configuration.firstTypes = 4
    configuration.secondTypes = 5
    configuration.routingScope = scope
    configuration.activationRule = rule
    configuration.preprocessing = .none
    var model = try MatrixCapsules(configuration: configuration, seed: 1)
    Self.fill(&model, order: record.order, names: Self.capsuleNames)
    Self.check(model, record)
  }

  /// Three iterations in which assignments become sharp; the loss is the margin loss.
  @Test func dynamicCapsules() throws {
    let record: Record = try Fixture.json("network-dynamic")
    var configuration = DynamicCapsules.Configuration()
    configuration.inputShape = Shape(record.shape).withoutBatch
    configuration.classCount = 5
    configuration.channels = 6
    configuration.primaryTypes = 3
    configuration.primaryElements = 4
    configuration.classElements = 7
    configuration.decoder = .init(hiddenUnits: [9, 11])
    var model = try DynamicCapsules(configuration: configuration, seed: 1)
    Self.fill(&model, order: record.order, names: Self.dynamicNames)
    Self.check(model, record)

    let images = Tensor(
      Self.pattern(Shape(record.shape), phase: 100, scale: 0.5).map { $0 + 0.5 }, shape: Shape(record.shape))
    let outputs = model.outputs(for: Graph().constant(images))
    let poses = try #require(outputs.poses).value
    #expect(
      Fixture.relativeError(
        model.reconstructions(of: poses, classes: record.labels), try #require(record.reconstruction)) < 2e-5)
    // The activation is the length of the pose, and the score its logit.
    for (index, activation) in outputs.activations.value.scalars.enumerated() {
      let pose = poses.scalars[index * 7..<index * 7 + 7]
      #expect(abs(pose.reduce(0) { $0 + $1 * $1 }.squareRoot() - activation) < 1e-6)
      #expect(abs(log(activation / (1 - activation)) - outputs.scores.value.scalars[index]) < 1e-4)
    }
  }

  @Test func cnn() throws {
    let record: Record = try Fixture.json("network-cnn")
    var configuration = CNN.Configuration()
    configuration.inputShape = Shape(record.shape).withoutBatch
    configuration.classCount = 5
    configuration.preprocessing = .none
    var model = try CNN(configuration: configuration, seed: 1)
    Self.fill(&model, order: record.order, names: Self.convolutionalNames)
    Self.check(model, record)
  }
}
