import ArgumentParser
import Diagnostics
import Kernels
import Models
import Tensors

/// The switches that change a preset.
struct ArchitectureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Capsules: channels and capsule types of the four layers, A,B,C,D, for example 64,8,16,16; with dynamic routing channels, "
        + "primary types, elements of their poses and of the classes', for example 256,32,8,16.", valueName: "a,b,c,d"))
  var sizes: String?

  @Option(help: "Capsules: iterations of routing, 1 to 5; of dynamic routing 1 to 10.")
  var iterations: Int?

  @Option(help: "Capsules: \(PoseStructure.allCases.map(\.rawValue).joined(separator: " or ")) poses.")
  var pose: String?

  @Flag(help: "Capsules: leave Coordinate Addition out.")
  var noCoordinateAddition = false

  @Option(
    help:
      "Capsules: what assignments are normalised over: \(RoutingScope.allCases.map(\.rawValue).joined(separator: " or "))."
  )
  var routingScope: String?

  @Option(help: "Capsules: λ of routing: saturating:FINAL, ramp:FIRST:STEP or constant:VALUE.")
  var temperature: String?

  @Option(help: "Capsules: what is added to every variance in EM routing.")
  var varianceFloor: Float?

  @Option(help: "Capsules: multiply λ of each layer by N over its children per parent; 100 in Gritzman 2019.")
  var fanInNormalization: Float?

  @Option(
    help:
      "Capsules: what activates a capsule: \(ActivationRule.allCases.map(\.rawValue).joined(separator: " or ")) (§5 of the paper)."
  )
  var activationRule: String?

  @Option(
    help: ArgumentHelp(
      "Capsules: what fresh weights are drawn from, usual or calibrated: with less noise, and β_a set such that training images "
        + "activate half of the capsules."))
  var initialization: String?

  @Flag(help: "Capsules: keep β_a and β_u as they begin.")
  var fixedBeta = false

  @Option(
    help: ArgumentHelp(
      "Capsules: units of the hidden layers of a decoder, for example 512,1024, that learns to make the image again of its "
        + "class's pose; or none.", valueName: "units"))
  var decoder: String?

  @Option(help: "Training loss: spread, margin or cross-entropy.")
  var loss: String?

  @Option(help: "Before the first layer: \(Preprocessing.allCases.map(\.rawValue).joined(separator: " or ")).")
  var preprocessing: String?

  @Option(help: "The network sees squares of N pixels: in training anywhere in the image, else in the centre.")
  var crop: Int?

  /// A fresh model of `preset` with these switches.
  func model(_ preset: ModelCatalog.Preset, inputShape: Shape, classCount: Int, seed: UInt64) throws -> any Model {
    switch preset {
    case .cnn:
      guard
        sizes == nil, iterations == nil, pose == nil, routingScope == nil, temperature == nil,
        fanInNormalization == nil, varianceFloor == nil, activationRule == nil, initialization == nil,
        !noCoordinateAddition, !fixedBeta, decoder == nil
      else {
        throw InputError(
          .usage, "--model cnn", "it has no capsules to change", remedy: "leave the options for capsules out")
      }
      return try CNN(
        configuration: try common(CNN.Configuration(), inputShape, classCount), name: preset.rawValue, seed: seed)
    case .matrixCapsulesSmall, .matrixCapsulesFull:
      var configuration = try common(preset.capsules, inputShape, classCount)
      if let sizes {
        let values = try four(sizes, "A,B,C,D, for example 64,8,16,16")
        configuration.channels = values[0]
        configuration.primaryTypes = values[1]
        configuration.firstTypes = values[2]
        configuration.secondTypes = values[3]
      }
      if let iterations { configuration.iterations = iterations }
      if let pose { configuration.poseStructure = try .parse(pose, option: "--pose", what: "pose structure") }
      if noCoordinateAddition { configuration.addsCoordinates = false }
      if let routingScope {
        configuration.routingScope = try .parse(routingScope, option: "--routing-scope", what: "routing scope")
      }
      if let varianceFloor { configuration.varianceFloor = varianceFloor }
      configuration.fanInNormalization = fanInNormalization
      if let temperature { configuration.temperature = try inverseTemperature(temperature) }
      if let activationRule {
        configuration.activationRule = try .parse(activationRule, option: "--activation-rule", what: "activation rule")
      }
      if let initialization {
        configuration.initialization = try .parse(initialization, option: "--initialization", what: "initialization")
      }
      if fixedBeta { configuration.learnsBeta = false }
      if let decoder { configuration.decoder = try hiddenUnits(decoder) }
      return try MatrixCapsules(configuration: configuration, name: preset.rawValue, seed: seed)
    case .dynamicCapsulesSmall, .dynamicCapsules:
      guard pose == nil, routingScope == nil, temperature == nil, fanInNormalization == nil, varianceFloor == nil,
        activationRule == nil, initialization == nil,
        !noCoordinateAddition, !fixedBeta
      else {
        throw InputError(
          .usage, "--model \(preset.rawValue)", "it has no EM routing to change",
          remedy: "of the options for capsules, give --sizes, --iterations and --decoder only")
      }
      var configuration = try common(preset.dynamicCapsules, inputShape, classCount)
      if let sizes {
        let values = try four(sizes, "channels, primary types and the elements of both poses, for example 256,32,8,16")
        configuration.channels = values[0]
        configuration.primaryTypes = values[1]
        configuration.primaryElements = values[2]
        configuration.classElements = values[3]
      }
      if let iterations { configuration.iterations = iterations }
      if let decoder { configuration.decoder = try hiddenUnits(decoder) }
      return try DynamicCapsules(configuration: configuration, name: preset.rawValue, seed: seed)
    }
  }

  /// Four whole numbers, as `--sizes` takes them.
  private func four(_ text: String, _ form: String) throws -> [Int] {
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard values.count == 4, values.allSatisfy({ $0 != nil }) else {
      throw InputError(.usage, "--sizes", "“\(text)”", remedy: "write \(form)")
    }
    return values.compactMap(\.self)
  }

  private func hiddenUnits(_ text: String) throws -> Decoder.Configuration? {
    guard text != "none" else { return nil }
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard values.allSatisfy({ $0 != nil }) else {
      throw InputError(.usage, "--decoder", "“\(text)”", remedy: "write for example 512,1024, or none")
    }
    return Decoder.Configuration(hiddenUnits: values.compactMap(\.self))
  }

  private func common<C: ModelConfiguration>(_ preset: C, _ inputShape: Shape, _ classCount: Int) throws -> C {
    var configuration = preset
    configuration.inputShape = inputShape
    configuration.classCount = classCount
    if let loss {
      let losses: [String: Loss] = ["spread": .spread(margin: 0.9), "margin": .margin, "cross-entropy": .crossEntropy]
      let names = Vocabulary("loss", names: losses.keys.sorted(), synonyms: ["ce": "cross-entropy"])
      configuration.loss = losses[try names.name(for: loss, .usage, "--loss")]!
    }
    if let preprocessing {
      configuration.preprocessing = try .parse(preprocessing, option: "--preprocessing", what: "preprocessing")
    }
    configuration.crop = crop
    return configuration
  }

  private func inverseTemperature(_ text: String) throws -> MatrixCapsules.InverseTemperature {
    let parts = text.split(separator: ":").map(String.init)
    let numbers = parts.dropFirst().compactMap { Float($0) }
    switch (parts.first, numbers.count, parts.count) {
    case ("saturating", 1, 2): return .saturating(final: numbers[0])
    case ("ramp", 2, 3): return .ramp(first: numbers[0], step: numbers[1])
    case ("constant", 1, 2): return .constant(numbers[0])
    default:
      throw InputError(
        .usage, "--temperature", "“\(text)”", remedy: "write saturating:0.01, ramp:1:1 or constant:0.001")
    }
  }
}
