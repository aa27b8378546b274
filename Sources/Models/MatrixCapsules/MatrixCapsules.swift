public import Autodiff
package import Kernels
public import Tensors

/// The matrix-capsule network with EM routing (Hinton, Sabour & Frosst 2018, Fig. 1): a 5×5 stride-2 ReLU convolution,
/// primary capsules, two convolutional capsule layers (3×3, strides 2 and 1) and class capsules with shared matrices.
///
/// Scores are λ(β_a − Σ cost) of the class capsules, before the logistic that gives their activation, because a loss on
/// saturated activations has no gradient; for mixing proportions, their logarithm.
public struct MatrixCapsules: Model {
  public let configuration: Configuration
  public let name: String
  public var parameters = Parameters()
  public var chunkSize: Int { 16 }

  /// The capsule layers after the primary one, with the parameters' prefix.
  package let routedLayers: [(name: String, routing: EMRouting)]

  /// Draws weights: convolutions uniform on ±1/√(fan-in), transformations near half the identity, β = 0.
  /// Close to the identity, votes of neighbours agree from the start and the first steps already learn.
  public init(configuration: Configuration, name: String = "matrix-capsules", seed: UInt64) throws {
    try self.init(configuration: configuration, name: name)
    for (layer, shape) in convolutionShapes { parameters.addUniform(layer, shape, seed: seed) }
    for (layer, routing) in routedLayers { addRouted(layer, routing, seed) }
    for (layer, shape) in decoder?.weightShapes ?? [] { parameters.addUniform(layer, shape, seed: seed) }
  }

  public init(configuration: Configuration, name: String) throws {
    try configuration.validate()
    self.configuration = configuration
    self.name = name
    let sizes = configuration.sizes
    let types = [configuration.primaryTypes, configuration.firstTypes, configuration.secondTypes]
    func routing(_ layer: Int, parentTypes: Int, kernel: (Int, Int), stride: Int, isClassLayer: Bool) -> EMRouting {
      var routing = EMRouting(
        rows: sizes[layer].rows, columns: sizes[layer].columns, childTypes: types[layer], parentTypes: parentTypes,
        kernelRows: kernel.0, kernelColumns: kernel.1, stride: stride, sharesWeights: isClassLayer,
        addsCoordinates: isClassLayer && configuration.addsCoordinates, poseStructure: configuration.poseStructure,
        scope: configuration.routingScope,
        inverseTemperatures: configuration.temperature.values(iterations: configuration.iterations),
        varianceFloor: configuration.varianceFloor, massFloor: configuration.massFloor,
        activationRule: configuration.activationRule)
      if let factor = configuration.fanInNormalization {
        let children = sizes[layer].rows * sizes[layer].columns * types[layer]
        let parents = routing.outputRows * routing.outputColumns * parentTypes
        let scale = factor * Float(parents) / Float(children)
        routing.inverseTemperatures = routing.inverseTemperatures.map { $0 * scale }
      }
      return routing
    }
    routedLayers = [
      ("capsules1", routing(0, parentTypes: types[1], kernel: (3, 3), stride: 2, isClassLayer: false)),
      ("capsules2", routing(1, parentTypes: types[2], kernel: (3, 3), stride: 1, isClassLayer: false)),
      (
        "classes",
        routing(
          2, parentTypes: configuration.classCount, kernel: (sizes[2].rows, sizes[2].columns), stride: 1,
          isClassLayer: true)
      ),
    ]
  }

  public var parameterShapes: [(name: String, shape: Shape)] {
    var shapes = convolutionShapes.flatMap { Parameters.weightAndBias($0, $1) }
    for (layer, routing) in routedLayers {
      shapes.append(("\(layer).weight", routing.weightShape))
      shapes.append(("\(layer).beta_a", [routing.parentTypes]))
      shapes.append(("\(layer).beta_u", [routing.parentTypes]))
    }
    return shapes + (decoder?.weightShapes ?? []).flatMap { Parameters.weightAndBias($0, $1) }
  }

  public var decoder: Decoder? { Self.decoder(configuration) }

  private static func decoder(_ configuration: Configuration) -> Decoder? {
    configuration.decoder.map {
      Decoder(
        configuration: $0, classCount: configuration.classCount, poseCount: 16, imageShape: configuration.networkShape)
    }
  }

  private var convolutionShapes: [(layer: String, shape: Shape)] {
    let channels = configuration.channels
    return [
      ("convolution", [channels, configuration.inputShape[0], 5, 5]),
      ("primary", [configuration.primaryTypes * 17, channels, 1, 1]),
    ]
  }

  /// The EM-routed layers in order, with their parameters' prefix, each an operation on poses, activations, weights, β_a, β_u.
  public var routedOperations: [(name: String, operation: EMRoutedCapsules)] {
    routedLayers.map { ($0.name, EMRoutedCapsules($0.routing)) }
  }

  public static func parameterCount(of configuration: Configuration) -> Int {
    let weight = configuration.poseStructure.weightCount
    let (b, c, d) = (configuration.primaryTypes, configuration.firstTypes, configuration.secondTypes)
    let convolution = configuration.channels * (25 * configuration.inputShape[0] + 1)
    let primary = b * 17 * (configuration.channels + 1)
    return convolution + primary + (9 * b * weight + 2) * c + (9 * c * weight + 2) * d
      + (d * weight + 2) * configuration.classCount + (decoder(configuration)?.parameterCount ?? 0)
  }

  private mutating func addRouted(_ layer: String, _ routing: EMRouting, _ seed: UInt64) {
    var stream = RandomStream(seed: seed, UInt64(parameters.names.count))
    let shape = routing.weightShape
    let side = shape[3]
    let spread = (configuration.initialization == .usual ? 0.15 : 0.02) * (4 / Float(side)).squareRoot()
    parameters["\(layer).weight"] = Tensor(
      (0..<shape.count).map { index in
        spread * stream.normal() + (index % side == index / side % side ? 0.5 : 0)
      }, shape: shape)
    parameters["\(layer).beta_a"] = Tensor(shape: [routing.parentTypes])
    parameters["\(layer).beta_u"] = Tensor(shape: [routing.parentTypes])
  }

  public func trains(_ name: String) -> Bool {
    !name.contains(".beta_") || (configuration.learnsBeta && configuration.activationRule == .logistic)
  }

  public func outputs(for images: Variable, parameters: BoundParameters, mode: Mode) -> ClassifierOutputs {
    outputs(for: images, parameters: parameters, mode: mode) { _, _, _ in }
  }

  /// The forward pass; `observe` sees poses and activations of every layer of capsules, `[batch, row, column, type]`, and
  /// before them the convolution, without poses and as `[batch, channel, row, column]`.
  func outputs(
    for images: Variable, parameters: BoundParameters, mode: Mode,
    observe: (_ layer: String, _ poses: Variable?, _ activations: Variable) -> Void
  ) -> ClassifierOutputs {
    var children = primaryCapsules(for: images, parameters: parameters, mode: mode, observe: observe)
    var scores = children.activations
    for (layer, routing) in routedLayers {
      let parents = route(children, layer, routing, parameters)
      scores = parents.scores
      children = (parents.poses, activate(scores))
      observe(layer, children.poses, children.activations)
    }
    if configuration.activationRule == .mixingProportion { scores = scores.flattened.logSoftmax() }
    let shape: Shape = [scores.shape[0], configuration.classCount]
    return ClassifierOutputs(
      scores: scores.reshaped(to: shape), activations: children.activations.reshaped(to: shape),
      poses: children.poses.reshaped(to: Shape(shape.dimensions + [16])))
  }

  /// Poses `[batch, row, column, type, 4, 4]` and activations `[batch, row, column, type]`.
  typealias Capsules = (poses: Variable, activations: Variable)

  func primaryCapsules(
    for images: Variable, parameters: BoundParameters, mode: Mode,
    observe: (_ layer: String, _ poses: Variable?, _ activations: Variable) -> Void
  ) -> Capsules {
    let convolution = configuration.prepared(images, mode: mode)
      .convolution(parameters["convolution.weight"], bias: parameters["convolution.bias"], stride: 2, padding: 0).relu()
    observe("convolution", nil, convolution)
    let features =
      convolution
      .convolution(parameters["primary.weight"], bias: parameters["primary.bias"], stride: 1, padding: 0)
      .transposed([0, 2, 3, 1])
    let types = configuration.primaryTypes
    let (batch, rows, columns) = (features.shape[0], features.shape[1], features.shape[2])
    let poses = features.slice(axis: 3, range: 0..<(types * 16)).reshaped(to: [batch, rows, columns, types, 4, 4])
    let activations = features.slice(axis: 3, range: (types * 16)..<(types * 17)).sigmoid()
    observe("primary", poses, activations)
    return (poses, activations)
  }

  /// The poses of a layer and what activates its capsules, `[batch, row, column, type]`.
  func route(
    _ children: Capsules, _ layer: String, _ routing: EMRouting, _ parameters: BoundParameters
  ) -> (poses: Variable, scores: Variable) {
    let outputs = children.poses.graph.apply(
      EMRoutedCapsules(routing),
      to: [
        children.poses, children.activations, parameters["\(layer).weight"], parameters["\(layer).beta_a"],
        parameters["\(layer).beta_u"],
      ])
    return (outputs[0], outputs[1])
  }

  public func logActivations(_ outputs: ClassifierOutputs) -> Variable {
    switch configuration.activationRule {
    case .logistic: outputs.scores.logSigmoid()
    case .mixingProportion: outputs.scores.logSoftmax()
    }
  }

  /// The activations of a layer, from what routing gives for it, `[batch, row, column, type]`.
  func activate(_ scores: Variable) -> Variable {
    switch configuration.activationRule {
    case .logistic: scores.sigmoid()
    case .mixingProportion: scores.flattened.softmax().reshaped(to: scores.shape)
    }
  }

  public var layers: [LayerSummary] {
    let pose = configuration.poseStructure == .matrix ? "(4×4 + 1)" : "(16 + 1)"
    let sizes = configuration.sizes
    var layers =
      configuration.cropLayers + [
        LayerSummary(
          "convolution 5×5 stride 2, ReLU", output: "\(configuration.channels)×\(sizes[0].rows)×\(sizes[0].columns)",
          parameterCount: parameterCount("convolution.")),
        LayerSummary(
          "primary capsules 1×1", output: "\(sizes[0].rows)×\(sizes[0].columns)×\(configuration.primaryTypes)×\(pose)",
          parameterCount: parameterCount("primary.")),
      ]
    for (layer, routing) in routedLayers {
      let description =
        routing.sharesWeights
        ? "class capsules\(routing.addsCoordinates ? ", Coordinate Addition" : "")"
        : "capsules \(routing.kernelRows)×\(routing.kernelColumns) stride \(routing.stride)"
      let place = routing.sharesWeights ? "" : "\(routing.outputRows)×\(routing.outputColumns)×"
      layers.append(
        LayerSummary(
          "\(description), \(routing.iterations) × EM routing",
          output: "\(place)\(routing.parentTypes)×\(pose)", parameterCount: parameterCount("\(layer).")))
    }
    return layers + (decoder?.layers(parameters) ?? [])
  }
}

extension Variable {
  /// `[batch, everything else]`.
  fileprivate var flattened: Variable { reshaped(to: [shape[0], shape.withoutBatch.count]) }
}
