public import Autodiff
public import Tensors

/// A classifier of ours: an architecture, its configuration and its weights.
public protocol Model: Classifier {
  associatedtype Configuration: ModelConfiguration

  var configuration: Configuration { get }
  var parameters: Parameters { get set }

  /// A model with freshly drawn weights.
  init(configuration: Configuration, name: String, seed: UInt64) throws

  /// A model whose `parameters` are still to be set, to what `parameterShapes` says.
  init(configuration: Configuration, name: String) throws

  /// What tensors it has, in order.
  var parameterShapes: [(name: String, shape: Shape)] { get }

  /// The number of weights of such a model, without making one.
  static func parameterCount(of configuration: Configuration) -> Int

  /// Whether training changes the tensor called `name`.
  func trains(_ name: String) -> Bool

  /// Fits fresh weights to `images` `[batch, channel, row, column]` before training, if the architecture wants that.
  mutating func calibrate(on images: Tensor)

  /// The forward pass with weights already on the graph of `images`.
  func outputs(for images: Variable, parameters: BoundParameters, mode: Mode) -> ClassifierOutputs

  /// The logarithms of the activations, exact where these are too close to 0 or 1 for 32 bits.
  func logActivations(_ outputs: ClassifierOutputs) -> Variable

  /// What makes images again of the poses of class capsules, if it has one.
  var decoder: Decoder? { get }

  /// How many images one chunk of a training batch holds: their gradients are summed in one order, whatever the threads.
  var trainingChunkSize: Int { get }

  /// The layers in order, for people to read.
  var layers: [LayerSummary] { get }
}

/// What fixes the shapes and switches of a model.
public protocol ModelConfiguration: Codable, Hashable, Sendable {
  /// What checkpoints call the architecture.
  static var architecture: String { get }
  /// `[channels, rows, columns]`.
  var inputShape: Shape { get set }
  var classCount: Int { get set }
  var loss: Loss { get set }
  var preprocessing: Preprocessing { get set }
  /// The side of the square that the network sees of each image; `nil`: the whole image.
  var crop: Int? { get set }
  /// The fields that may be null.
  static var optionalFields: Set<String> { get }
  /// - Throws: `InputError` of kind `model` if no such network exists.
  func validate() throws
}

extension ModelConfiguration {
  public static var optionalFields: Set<String> { ["crop"] }
}

/// One line of a model's description.
public struct LayerSummary: Sendable, Equatable {
  public let name: String
  /// Without the batch axis.
  public let output: String
  public let parameterCount: Int

  public init(_ name: String, output: String, parameterCount: Int) {
    self.name = name
    self.output = output
    self.parameterCount = parameterCount
  }
}

extension Model {
  public var inputShape: Shape { configuration.inputShape }
  public var classCount: Int { configuration.classCount }
  public var trainingLoss: Loss { configuration.loss }

  public func trains(_ name: String) -> Bool { true }

  public mutating func calibrate(on images: Tensor) {}

  public var decoder: Decoder? { nil }

  public var trainingChunkSize: Int { chunkSize }

  public func outputs(for images: Variable) -> ClassifierOutputs {
    outputs(for: images, parameters: parameters.bound(to: images.graph, trained: { _ in false }), mode: .evaluation)
  }

  /// The scalars of every tensor whose name starts with `prefix`.
  func parameterCount(_ prefix: String) -> Int {
    parameters.names.filter { $0.hasPrefix(prefix) }.reduce(0) { $0 + parameters[$1].count }
  }
}
