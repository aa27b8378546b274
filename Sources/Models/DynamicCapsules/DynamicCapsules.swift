public import Autodiff
package import Kernels
public import Tensors

/// The capsule network with dynamic routing (Sabour, Frosst & Hinton 2017, §4): a 9×9 ReLU convolution, primary capsules by a
/// 9×9 convolution of stride 2, and class capsules by routing by agreement.
///
/// The activation of a class is ‖v‖ = ‖s‖² / (1 + ‖s‖²), the length of its squashed pose. Its logit is ln ‖s‖² exactly: that is the
/// score, unbounded where the length saturates near 1 and its gradient with it. 1e-9 is added to ‖s‖², for s = 0.
public struct DynamicCapsules: Model {
  public let configuration: Configuration
  public let name: String
  public var parameters = Parameters()
  public var chunkSize: Int { 16 }

  package static let squareFloor: Float = 1e-9

  /// Draws weights: convolutions and decoder uniform on ±1/√(fan-in), transformations 0.1·N(0, 1).
  public init(configuration: Configuration, name: String = "dynamic-capsules", seed: UInt64) throws {
    try self.init(configuration: configuration, name: name)
    for (layer, shape) in convolutionShapes { parameters.addUniform(layer, shape, seed: seed) }
    var stream = RandomStream(seed: seed, UInt64(parameters.names.count))
    let shape = routing.weightShape
    parameters[Self.transformation] = Tensor(uninitialized: shape) { weights in
      for index in 0..<shape.count { weights[index] = 0.1 * stream.normal() }
    }
    for (layer, shape) in decoder?.weightShapes ?? [] { parameters.addUniform(layer, shape, seed: seed) }
  }

  public init(configuration: Configuration, name: String) throws {
    try configuration.validate()
    self.configuration = configuration
    self.name = name
  }

  public var decoder: Decoder? { Self.decoder(configuration) }

  private static func decoder(_ configuration: Configuration) -> Decoder? {
    configuration.decoder.map {
      Decoder(
        configuration: $0, classCount: configuration.classCount, poseCount: configuration.classElements,
        imageShape: configuration.networkShape)
    }
  }

  package static let transformation = "classes.weight"

  package var routing: DynamicRouting { Self.routing(configuration) }

  private static func routing(_ configuration: Configuration) -> DynamicRouting {
    let size = configuration.sizes[1]
    return DynamicRouting(
      children: size.rows * size.columns * configuration.primaryTypes, childElements: configuration.primaryElements,
      parents: configuration.classCount, parentElements: configuration.classElements,
      iterations: configuration.iterations)
  }

  private var convolutionShapes: [(layer: String, shape: Shape)] {
    let (channels, kernel) = (configuration.channels, Configuration.kernelSize)
    return [
      ("convolution", [channels, configuration.inputShape[0], kernel, kernel]),
      ("primary", [configuration.primaryTypes * configuration.primaryElements, channels, kernel, kernel]),
    ]
  }

  public var parameterShapes: [(name: String, shape: Shape)] {
    convolutionShapes.flatMap { Parameters.weightAndBias($0, $1) } + [(Self.transformation, routing.weightShape)]
      + (decoder?.weightShapes ?? []).flatMap { Parameters.weightAndBias($0, $1) }
  }

  public static func parameterCount(of configuration: Configuration) -> Int {
    let taps = Configuration.kernelSize * Configuration.kernelSize
    let convolution = configuration.channels * (configuration.inputShape[0] * taps + 1)
    let primary = configuration.primaryTypes * configuration.primaryElements * (configuration.channels * taps + 1)
    return convolution + primary + routing(configuration).weightShape.count
      + (decoder(configuration)?.parameterCount ?? 0)
  }

  public func outputs(for images: Variable, parameters: BoundParameters, mode: Mode) -> ClassifierOutputs {
    outputs(for: images, parameters: parameters, mode: mode) { _, _ in }
  }

  /// The forward pass; `observe` sees the convolution, `[batch, channel, row, column]`, and the squashed poses of the primary
  /// capsules, `[batch, child, element]`.
  func outputs(
    for images: Variable, parameters: BoundParameters, mode: Mode,
    observe: (_ layer: String, _ values: Variable) -> Void
  ) -> ClassifierOutputs {
    let convolution = configuration.prepared(images, mode: mode)
      .convolution(parameters["convolution.weight"], bias: parameters["convolution.bias"], stride: 1, relu: true)
    observe("convolution", convolution)
    let features =
      convolution
      .convolution(parameters["primary.weight"], bias: parameters["primary.bias"], stride: 2)
    // Channel type·elements + element; children count rows, then columns, then types.
    let poses = features.transposed([0, 2, 3, 1])
      .reshaped(to: [features.shape[0], routing.children, routing.childElements]).squash()
    observe("primary", poses)
    let sums = poses.applying(DynamicallyRoutedCapsules(routing), parameters[Self.transformation])
    let scores = ((sums * sums).sum(axis: 2) + Self.squareFloor).log()
    return ClassifierOutputs(scores: scores, activations: scores.sigmoid(), poses: sums.squash())
  }

  public func logActivations(_ outputs: ClassifierOutputs) -> Variable { outputs.scores.logSigmoid() }

  public var layers: [LayerSummary] {
    let (sizes, kernel) = (configuration.sizes, Configuration.kernelSize)
    let capsules = "\(configuration.primaryTypes)×\(configuration.primaryElements)"
    return configuration.cropLayers + [
      LayerSummary(
        "convolution \(kernel)×\(kernel), ReLU",
        output: "\(configuration.channels)×\(sizes[0].rows)×\(sizes[0].columns)",
        parameterCount: parameterCount("convolution.")),
      LayerSummary(
        "primary capsules \(kernel)×\(kernel) stride 2, squash",
        output: "\(sizes[1].rows)×\(sizes[1].columns)×\(capsules)",
        parameterCount: parameterCount("primary.")),
      LayerSummary(
        "class capsules, \(configuration.iterations) × routing by agreement",
        output: "\(configuration.classCount)×\(configuration.classElements)", parameterCount: parameterCount("classes.")
      ),
    ] + (decoder?.layers(parameters) ?? [])
  }
}
