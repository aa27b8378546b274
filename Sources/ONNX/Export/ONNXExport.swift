import Diagnostics
package import Files
public import Foundation
public import Models
import Tensors

/// A network of ours as a file in the format of ONNX: what it does to images inside included, its decoder left out.
///
/// The graph takes `image`, `[batch, channel, row, column]` of 32-bit floats in [0, 1], and gives `scores`, `[batch, classes]`,
/// by operators of set 17 alone. The same network makes the same bytes.
public struct ONNXExport: Sendable {
  /// The bytes of the file.
  public let data: Data
  public let nodeCount: Int
  /// How many numbers its weights hold.
  public let parameterCount: Int

  /// What producers of ONNX files call themselves.
  static let producer = "robust"
  private static let (irVersion, operatorSet) = (8, 17)

  /// - Parameters:
  ///   - loaded: the network, with what its file says of it.
  ///   - source: where it is from: the name under which it ships, or that of its file.
  ///   - classNames: those of its classes, if they are known.
  ///   - toolVersion: that of robust.
  /// - Throws: `InputError(.model)` if such a file can't hold it.
  public init(_ loaded: Checkpoint.Loaded, source: String, classNames: [String]?, toolVersion: String) throws {
    try self.init(
      loaded.model, source: source, metadata: try Self.metadata(loaded, source, classNames), toolVersion: toolVersion)
  }

  package init(_ model: any Model, source: String, metadata: [String: String], toolVersion: String) throws {
    guard let network = model as? any ExportedNetwork else {
      throw InputError(
        .model, source, "is of an architecture that can't be exported", remedy: "name a network with capsules or a CNN")
    }
    let names = model.parameters.names.filter { !$0.hasPrefix(Decoder.prefix) }
    parameterCount = names.reduce(0) { $0 + model.parameters[$1].shape.count }
    // Before its bytes are copied.
    try Self.requireSize(parameterCount * MemoryLayout<Float>.size, source)
    var message = ModelMessage()
    message.irVersion = Self.irVersion
    (message.producerName, message.producerVersion) = (Self.producer, toolVersion)
    message.operatorSets = [OperatorSetMessage(version: Self.operatorSet)]
    let graph = network.graph()
    message.graph = graph
    nodeCount = graph.nodes.count
    message.metadata = metadata.sorted { $0.key < $1.key }.map { EntryMessage($0.key, $0.value) }
    data = message.encoded
    try Self.requireSize(data.count, source)
  }

  /// Protocol buffers hold at most 2 GiB.
  private static func requireSize(_ bytes: Int, _ source: String) throws {
    guard bytes < 1 << 31 else {
      throw InputError(
        .model, source, "makes a file of \(bytes) bytes, and one ONNX file holds at most 2 GiB",
        remedy: "export a smaller network")
    }
  }

  private static func metadata(
    _ loaded: Checkpoint.Loaded, _ source: String, _ classNames: [String]?
  ) throws -> [String: String] {
    let required = try Checkpoint.required(loaded.model)
    let provenance = loaded.provenance
    let fields: [(String, String?)] = [
      ("architecture", loaded.architecture), ("configuration", required["configuration"]), ("name", loaded.model.name),
      ("source", source), ("source_sha256", loaded.sha256), ("weights_sha256", loaded.weightsHash),
      ("dataset", provenance.dataset), ("dataset_sha256", provenance.datasetHash),
      ("class_names", try classNames.map { String(decoding: try JSONEncoder.compact.encode($0), as: UTF8.self) }),
    ]
    return Dictionary(uniqueKeysWithValues: fields.compactMap { key, value in value.map { (key, $0) } })
  }
}

extension ONNXExport {
  /// Files that were made so: they may be replaced by another.
  package static let form = OutputForm.text(
    "a network that robust exported",
    beginning: {
      // The version and the producer come first.
      var start = ModelMessage()
      (start.irVersion, start.producerName) = (irVersion, producer)
      return String(decoding: start.encoded, as: UTF8.self)
    }())
}

extension ExportedNetwork {
  func graph() -> GraphMessage {
    var writer = GraphWriter()
    let image = "image"
    let scores = write(image, to: &writer)
    return writer.graph(name, image: image, shape: inputShape, scores: scores, classCount: classCount)
  }
}
