import Arrays
import Diagnostics
import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// Weights that another program has touched since they were written.
struct WeightsHashTests {
  let folder: TemporaryFolder
  let path: String
  let model: CNN

  init() throws {
    folder = try TemporaryFolder()
    path = folder("model.safetensors")
    // Two hidden layers' worth of equal shapes: 6 channels in and out, so that tensors can be exchanged and transposed.
    var configuration = CNN.Configuration()
    configuration.inputShape = [1, 8, 8]
    configuration.classCount = 3
    configuration.channels = [6, 6, 6]
    configuration.kernelSize = 3
    configuration.hiddenUnits = 6
    model = try CNN(configuration: configuration, seed: 2)
    try Checkpoint.write(model, provenance: .init(), to: path)
  }

  /// The hash of `tensors` all stored as `type`, worked out from its definition.
  static func hash(_ tensors: [String: Tensor], _ type: String) -> String {
    var bytes = Data()
    for name in tensors.keys.sorted() {
      let tensor = tensors[name]!
      bytes += Data("\(name)\0\(type)\0\(tensor.shape.dimensions.map { "\($0)" }.joined(separator: ","))\0".utf8)
      for value in tensor.scalars { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
    }
    return Checksum.sha256(of: bytes)
  }

  /// Writes the file anew as another program would: the same metadata, `change`d tensors, of elements `type`.
  func rewrite(
    as precision: SafeTensors.Precision = .float32, _ change: (inout [String: Tensor]) -> Void = { _ in }
  ) throws {
    var file = try SafeTensors(contentsOf: path)
    change(&file.tensors)
    try file.write(to: path, as: precision)
  }

  static func exchange(_ a: String, _ b: String, _ tensors: inout [String: Tensor]) {
    (tensors[a], tensors[b]) = (tensors[b], tensors[a])
  }

  func refusal() -> InputError? {
    let error = #expect(throws: InputError.self) { try Checkpoint.read(path) }
    #expect(error?.kind == .model && error?.subject == path)
    #expect(error?.remedy.contains("`Checkpoint.read(\"\(path)\", verifiesWeights: false)") == true)
    return error
  }

  @Test(arguments: SafeTensors.Precision.allCases)
  func isRecorded(precision: SafeTensors.Precision) throws {
    try Checkpoint.write(model, provenance: .init(), to: path, as: precision)
    let file = try SafeTensors(contentsOf: path)
    #expect(file.metadata["weights_sha256"] == Self.hash(file.tensors, precision.rawValue))
    let loaded = try Checkpoint.read(path)
    #expect(loaded.weightsHash == file.metadata["weights_sha256"] && loaded.recordedHash == loaded.weightsHash)
    #expect(loaded.precision == precision)
  }

  /// In whatever order tensors lie in the file, they are the same by name.
  @Test func anotherOrderIsTheSame() throws {
    let data = try Data(contentsOf: URL(filePath: path))
    let file = try SafeTensors(contentsOf: path)
    let names = file.tensors.keys.sorted(by: >)
    var (fields, bytes) = ([String](), Data())
    for name in names {
      let tensor = file.tensors[name]!
      let start = bytes.count
      bytes += tensor.scalars.withUnsafeBytes { Data($0) }
      fields.append(
        #""\#(name)":{"dtype":"F32","shape":\#(tensor.shape.dimensions),"data_offsets":[\#(start),\#(bytes.count)]}"#)
    }
    let metadata = try JSONEncoder().encode(file.metadata)
    let header = Data(
      "{\"__metadata__\":\(String(decoding: metadata, as: UTF8.self)),\(fields.joined(separator: ","))}".utf8)
    let reordered = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header + bytes
    #expect(reordered != data)
    try folder.write(reordered, to: "model.safetensors")
    #expect(try Checkpoint.read(path).model.parameters.values == model.parameters.values)
  }

  @Test func changedWeightsAreRefused() throws {
    let changes: [(inout [String: Tensor]) -> Void] = [
      { Self.exchange("convolution2.weight", "convolution3.weight", &$0) },
      { Self.exchange("convolution1.bias", "hidden.bias", &$0) },
      { tensors in
        let weight = tensors["hidden.weight"]!
        let (rows, columns) = (weight.shape[0], weight.shape[1])
        #expect(rows == columns)
        tensors["hidden.weight"] = Tensor(
          (0..<weight.count).map { weight.scalars[$0 % columns * rows + $0 / columns] }, shape: weight.shape)
      },
      { $0["readout.bias"] = $0["readout.bias"]!.map { $0.nextUp } },
      { $0["readout.weight"] = $0["readout.weight"]!.map { ($0 * 64).rounded() / 64 } },
    ]
    for change in changes {
      try Checkpoint.write(model, provenance: .init(), to: path)
      try rewrite(change)
      #expect(refusal()?.problem.contains("not those that were written") == true)
    }
  }

  /// Rounded to half precision, or written in full precision though nothing is gained.
  @Test func convertedWeightsAreRefused() throws {
    try rewrite(as: .float16)
    #expect(refusal()?.problem.contains("not those that were written") == true)
    try Checkpoint.write(model, provenance: .init(), to: path, as: .float16)
    try rewrite(as: .float32)
    #expect(refusal()?.problem.contains("were written as F16, and another program has converted them to F32") == true)
  }

  /// Files of versions that recorded no hash are read, and say so.
  @Test func withoutAHashTheyAreRead() throws {
    var file = try SafeTensors(contentsOf: path)
    file.metadata["weights_sha256"] = nil
    try file.write(to: path)
    let loaded = try Checkpoint.read(path)
    #expect(loaded.recordedHash == nil && loaded.weightsHash == Self.hash(file.tensors, "F32"))
  }

  /// Those that ship were written before: a list beside them says which weights they have.
  @Test(arguments: ModelCatalog.Shipped.allCases)
  func shippedWeightsAreListed(_ shipped: ModelCatalog.Shipped) throws {
    let loaded = try ModelCatalog.load(shipped.rawValue)
    #expect(loaded.recordedHash == loaded.weightsHash)
    // A copy of the resources, whose list says otherwise, or nothing.
    let source = try ResourceLocator().folder(of: "Models")
    let list = try String(contentsOfFile: source + "/weights.sha256", encoding: .utf8)
    #expect(list.contains("\(loaded.weightsHash)  \(shipped.file)\n"))
    try FileManager.default.createDirectory(atPath: folder("Models"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder("Models/\(shipped.file)"), withDestinationPath: source + "/" + shipped.file)
    let resources = ResourceLocator(environment: ["ROBUST_RESOURCES": folder.path], executable: nil)
    for (list, problem) in [
      (list.replacing(loaded.weightsHash, with: String(repeating: "0", count: 64)), "not those that were written"),
      ("", "lists no hash of \(shipped.file)"),
    ] {
      try folder.write(Data(list.utf8), to: "Models/weights.sha256")
      let error = #expect(throws: InputError.self) { try ModelCatalog.load(shipped.rawValue, resources: resources) }
      #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
    }
  }
}
