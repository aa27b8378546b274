import Diagnostics
import Files
package import Foundation

extension ONNXModel {
  /// The newest version of the format that is read, of July 2026; later ones may mean other things by the same bytes.
  package static let newestIRVersion = 14
  private static let oldestIRVersion = 3

  /// Reads the model at `path`, with the files beside it that hold its weights. The file may be compressed by gzip or
  /// Zstandard.
  /// - Throws: `InputError(.model)` if the file is missing, or is no sound model of operator set 7 or later.
  package static func read(_ path: String) throws -> ONNXModel {
    let data = try MappedFile.contents(of: path)
    return try ONNXModel(bytes: data, name: path, folder: PathParts.folder(path)) { FileKind(ofFile: path) }
  }

  /// Reads the bytes of a model.
  /// - Parameters:
  ///   - name: what errors call it.
  ///   - folder: where its weights may lie; nil: nowhere.
  /// - Throws: `InputError(.model)`.
  package init(bytes: Data, name: String, folder: String? = nil) throws {
    try self.init(bytes: bytes, name: name, folder: folder) { FileKind(of: bytes, name: name) }
  }

  private init(bytes: Data, name: String, folder: String?, kind: () -> FileKind?) throws {
    let allowance = ReadingAllowance(fileSize: bytes.count)
    let message: ModelMessage
    let graph: GraphMessage
    do {
      message = try ProtobufReader.read(bytes, allowance: allowance) { try ModelMessage(&$0) }
      guard let found = message.graph else {
        throw ModelFailure(
          "it holds no graph, so it is no ONNX model or not all of one",
          remedy: "export the model: `torch.onnx.export(model, example, \"net.onnx\")` in PyTorch")
      }
      graph = found
    } catch let failure as ModelFailure {
      if let kind = kind(), kind != .onnx { throw Self.foreign(kind, name: name) }
      throw failure.error(file: name)
    }
    do {
      try self.init(message, graph, files: WeightFiles(folder: folder, allowance: allowance))
    } catch let failure as ModelFailure {
      throw failure.error(file: name)
    }
  }

  private init(_ message: ModelMessage, _ graph: GraphMessage, files: WeightFiles) throws {
    guard message.irVersion >= Self.oldestIRVersion else {
      throw ModelFailure.invalid(
        "it is of version \(message.irVersion) of the format (ir_version); those from \(Self.oldestIRVersion) on are read"
      )
    }
    guard message.irVersion <= Self.newestIRVersion else {
      throw ModelFailure(
        "it is of version \(message.irVersion) of the format (ir_version); those up to \(Self.newestIRVersion) are read",
        remedy: "load it by `onnx.load`, set `model.ir_version = \(Self.newestIRVersion)`, and save it by `onnx.save`")
    }
    let opsets = try OperatorSetMessage.versions(message.operatorSets, "it")
    if let opset = opsets[""] { try FunctionInlining.check(opset) }
    let draft = try GraphDraft(graph, files: files)
    var subgraph = try FunctionInlining.graph(of: draft, functions: message.functions, opsets: opsets, files: files)
    try NodeOrder.apply(to: &subgraph)
    self.init(
      irVersion: message.irVersion, producerName: message.producerName, producerVersion: message.producerVersion,
      opsets: opsets,
      inputs: try graph.inputs.filter { draft.constants[$0.name] == nil }.map { try TensorInfo($0, "input") },
      outputs: try graph.outputs.map { try TensorInfo($0, "output") }, graph: subgraph,
      metadata: Dictionary(message.metadata.map { ($0.key, $0.value) }) { $1 })
    externalFiles = files.locations
  }

  /// The error for a file that is something else.
  private static func foreign(_ kind: FileKind, name: String) -> InputError {
    let remedy: String? =
      switch kind {
      case .pytorch, .legacyPyTorch, .pickle:
        "load the model in PyTorch and export it: `torch.onnx.export(model, example, \"net.onnx\")`"
      case .safetensors, .numpy, .npz, .gguf:
        "these are weights alone: load them into their model in PyTorch and export that: "
          + "`torch.onnx.export(model, example, \"net.onnx\")`"
      case .keras, .hdf5: "load the model in Keras and export it: `model.export(\"net.onnx\", format=\"onnx\")`"
      case .savedModel, .tensorFlowCheckpoint:
        "convert the model: `python -m tf2onnx.convert --saved-model FOLDER --output net.onnx`"
      case .tensorFlowLite: "convert it: `python -m tf2onnx.convert --tflite net.tflite --output net.onnx`"
      default: kind.remedy
      }
    return InputError(
      .model, name, "is \(kind.description), not an ONNX model",
      remedy: remedy ?? "name an ONNX model, as `torch.onnx.export(model, example, \"net.onnx\")` makes it in PyTorch")
  }
}

extension TensorInfo {
  /// More than any image has along one axis.
  private static let largestDimension = 1 << 31
  private static let largestCount = 1 << 40

  /// - Parameter role: what messages call it: input or output.
  init(_ message: ValueMessage, _ role: String) throws {
    let title = "its \(role) “\(message.name)”"
    guard !message.name.isEmpty else { throw ModelFailure.invalid("it has an \(role) without a name") }
    guard let kind = message.kind else { throw ModelFailure.invalid("\(title) has no type") }
    guard kind == .tensor else {
      throw ModelFailure(
        "\(title) is no tensor (\(kind))",
        remedy: "export a classifier that takes and gives tensors; for scikit-learn's set `options={\"zipmap\": False}`"
      )
    }
    guard let type = ElementType(rawValue: message.elementType) else {
      throw ModelFailure.invalid("\(title) has elements of type \(message.elementType), which is unknown")
    }
    var count = 1
    let dimensions = try message.dimensions?.map { dimension -> Dimension in
      switch dimension {
      case .parameter(let name): return name.isEmpty ? .unknown : .named(name)
      // Some exporters write −1 for sizes that are free.
      case .unknown, .value(-1): return .unknown
      case .value(let value):
        guard (0...Self.largestDimension).contains(value), count <= Self.largestCount / max(value, 1) else {
          throw ModelFailure.invalid("\(title) has an impossible size, \(value)")
        }
        count *= max(value, 1)
        return .fixed(value)
      }
    }
    self.init(name: message.name, type: type, dimensions: dimensions)
  }
}
