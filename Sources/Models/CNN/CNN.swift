public import Autodiff
import Diagnostics
import Files
public import Tensors

/// The paper's baseline (Hinton, Sabour & Frosst 2018, §5): 5×5 convolutions of 32 and 64 channels, each with ReLU and 2×2
/// max pooling, a layer of 1024 units with dropout, and a linear read-out.
///
/// The convolutions keep the size ("same"), which gives the paper's 4.2 M parameters at 32×32.
public struct CNN: Model {
  public struct Configuration: ModelConfiguration {
    public static var architecture: String { "cnn" }

    public var inputShape: Shape = [1, 28, 28]
    public var classCount = 10
    public var channels = [32, 64]
    public var kernelSize = 5
    public var hiddenUnits = 1024
    /// The share of hidden units that training drops.
    public var dropout: Float = 0.5
    public var loss: Loss = .crossEntropy
    public var preprocessing: Preprocessing = .standardizeImage
    public var crop: Int?

    public init() {}

    /// Rows and columns after each pooling.
    var sizes: [(rows: Int, columns: Int)] {
      var size = (rows: networkShape[1], columns: networkShape[2])
      return channels.map { _ in
        size = (size.rows / 2, size.columns / 2)
        return size
      }
    }

    public func validate() throws {
      func fail(_ problem: String, _ remedy: String) -> InputError {
        InputError(.model, "cnn", problem, remedy: remedy)
      }
      guard inputShape.rank == 3, inputShape.count > 0, inputShape.count <= 1 << 24 else {
        throw fail("the input shape \(inputShape) is not channels×rows×columns", "give three positive numbers")
      }
      guard classCount >= 2, classCount <= 1 << 16 else {
        throw fail("\(classCount) classes", "a classifier needs at least 2 (and at most 65,536)")
      }
      guard !channels.isEmpty, channels.count <= 8, channels.allSatisfy({ (1...4096).contains($0) }),
        (1...65536).contains(hiddenUnits), kernelSize % 2 == 1, (1...31).contains(kernelSize)
      else {
        throw fail(
          "impossible layer sizes \(channels), \(kernelSize), \(hiddenUnits)", "use an odd kernel and positive sizes")
      }
      guard dropout >= 0, dropout < 1 else { throw fail("dropout \(dropout)", "use a rate in [0, 1)") }
      try validateCrop()
      guard let last = sizes.last, last.rows > 0, last.columns > 0 else {
        throw fail(
          "an image of \(networkShape) is too small for \(channels.count) poolings",
          "use images of at least \(1 << channels.count)×\(1 << channels.count) pixels")
      }
    }
  }

  public let configuration: Configuration
  public let name: String
  public var parameters = Parameters()
  /// The hidden layer reads its 13 MB of weights once for up to 16 images: many at a time, as some leave an attack early.
  public var chunkSize: Int { 64 }
  /// So that two threads share a batch of 32.
  public var trainingChunkSize: Int { 16 }

  /// Weights as PyTorch initialises them: uniform on ±1/√(fan-in).
  public init(configuration: Configuration, name: String = "cnn", seed: UInt64) throws {
    try self.init(configuration: configuration, name: name)
    for (layer, shape) in weightShapes { parameters.addUniform(layer, shape, seed: seed) }
  }

  public init(configuration: Configuration, name: String) throws {
    try configuration.validate()
    self.configuration = configuration
    self.name = name
  }

  public var parameterShapes: [(name: String, shape: Shape)] {
    weightShapes.flatMap { Parameters.weightAndBias($0, $1) }
  }

  /// The shape of each layer's weight; its first axis is that of the bias.
  private var weightShapes: [(layer: String, shape: Shape)] {
    var shapes: [(String, Shape)] = []
    var inputs = configuration.inputShape[0]
    let k = configuration.kernelSize
    for (index, channels) in configuration.channels.enumerated() {
      shapes.append(("convolution\(index + 1)", [channels, inputs, k, k]))
      inputs = channels
    }
    let last = configuration.sizes.last!
    shapes.append(("hidden", [configuration.hiddenUnits, inputs * last.rows * last.columns]))
    shapes.append(("readout", [configuration.classCount, configuration.hiddenUnits]))
    return shapes
  }

  public static func parameterCount(of configuration: Configuration) -> Int {
    var inputs = configuration.inputShape[0]
    var count = 0
    for channels in configuration.channels {
      count += channels * (inputs * configuration.kernelSize * configuration.kernelSize + 1)
      inputs = channels
    }
    let last = configuration.sizes.last!
    count += configuration.hiddenUnits * (inputs * last.rows * last.columns + 1)
    return count + configuration.classCount * (configuration.hiddenUnits + 1)
  }

  public func outputs(for images: Variable, parameters: BoundParameters, mode: Mode) -> ClassifierOutputs {
    outputs(for: images, parameters: parameters, mode: mode) { _, _ in }
  }

  /// The forward pass; `observe` sees what the units of every layer but the last give.
  func outputs(
    for images: Variable, parameters: BoundParameters, mode: Mode, observe: (_ layer: String, _ units: Variable) -> Void
  ) -> ClassifierOutputs {
    var x = configuration.prepared(images, mode: mode)
    for index in configuration.channels.indices {
      let layer = "convolution\(index + 1)"
      // Pooling first gives the same values and gradients as ReLU first, with a quarter of the work for ReLU.
      x = x.convolution(
        parameters["\(layer).weight"], bias: parameters["\(layer).bias"], stride: 1,
        padding: configuration.kernelSize / 2
      ).maxPooling(size: 2, stride: 2).relu()
      observe(layer, x)
    }
    x = x.reshaped(to: [x.shape[0], x.shape.withoutBatch.count])
    x = x.linear(parameters["hidden.weight"], bias: parameters["hidden.bias"]).relu()
    observe("hidden", x)
    if case .training(let randomness) = mode {
      x = x.dropout(rate: configuration.dropout, stream: randomness.stream)
    }
    let scores = x.linear(parameters["readout.weight"], bias: parameters["readout.bias"])
    return ClassifierOutputs(scores: scores, activations: scores.softmax())
  }

  public func logActivations(_ outputs: ClassifierOutputs) -> Variable { outputs.scores.logSoftmax() }

  public var layers: [LayerSummary] {
    var layers = configuration.cropLayers
    let k = configuration.kernelSize
    for (index, size) in configuration.sizes.enumerated() {
      let channels = configuration.channels[index]
      layers.append(
        LayerSummary(
          "convolution\(index + 1) \(k)×\(k) same, ReLU, max pooling 2×2",
          output: "\(channels)×\(size.rows)×\(size.columns)", parameterCount: parameterCount("convolution\(index + 1).")
        ))
    }
    layers.append(
      LayerSummary(
        "hidden, ReLU, dropout \(configuration.dropout)", output: "\(configuration.hiddenUnits)",
        parameterCount: parameterCount("hidden.")))
    layers.append(
      LayerSummary("readout", output: "\(configuration.classCount)", parameterCount: parameterCount("readout.")))
    return layers
  }
}
