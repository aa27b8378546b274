public import Autodiff
import Diagnostics
import Foundation
public import Models
public import Tensors

/// A classifier that a file in the format of ONNX describes, with exact gradients by its input.
///
/// The graph is lowered to operations of the autodiff kernel, for each batch size that is asked for.
public struct ONNXClassifier: Classifier {
  /// What the file leaves open.
  public struct Options: Sendable, Hashable {
    /// Where the channels lie; nil: told by the dimensions of the input.
    public var layout: InputLayout?
    /// `[channels, rows, columns]`, for a file that leaves sizes open.
    public var imageShape: Shape?
    /// The output that holds the scores; nil: told by the shapes.
    public var output: String?

    public init(layout: InputLayout? = nil, imageShape: Shape? = nil, output: String? = nil) {
      self.layout = layout
      self.imageShape = imageShape
      self.output = output
    }
  }

  public let name: String
  public let inputShape: Shape
  public let classCount: Int
  public let chunkSize: Int
  /// SHA-256 of the file's bytes and of those of the files beside it that hold its weights, lower-case hexadecimal.
  public let sha256: String
  public var trainingLoss: Loss { .crossEntropy }
  /// What is in the file, and what was made of it.
  public let summary: ONNXSummary

  private let network: ONNXNetwork

  /// Reads the model at `path`; reports call it `name`, by default as its file is called.
  /// - Throws: `InputError(.model)` that tells all that can't be done of it at once.
  public init(reading path: String, name: String? = nil, options: Options = Options()) throws {
    let model = try ONNXModel.read(path)
    let sha256 = try Self.sha256(of: model, at: path)
    let plain = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    try self.init(model, file: path, name: name ?? plain, sha256: sha256, options: options)
  }

  /// - Parameter file: what error messages call it.
  package init(
    _ model: ONNXModel, file: String, name: String, sha256: String = "", options: Options = Options()
  ) throws {
    network = try ONNXNetwork(model, options: options, file: file)
    self.name = name
    self.sha256 = sha256
    inputShape = network.input.imageShape
    classCount = network.classCount
    chunkSize = network.chunkSize
    summary = ONNXSummary(model, network)
  }

  public func outputs(for images: Variable) -> ClassifierOutputs {
    let scores = network.scores(of: images)
    return ClassifierOutputs(scores: scores, activations: scores.softmax())
  }
}
