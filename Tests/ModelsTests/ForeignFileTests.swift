import Arrays
import Diagnostics
import Files
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// What is given in place of a checkpoint, and checkpoints that are not quite ones.
struct ForeignFileTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder("model.safetensors")
  }

  static func model() throws -> CNN {
    var configuration = CNN.Configuration()
    configuration.inputShape = [1, 8, 8]
    configuration.classCount = 3
    configuration.channels = [4]
    configuration.kernelSize = 3
    configuration.hiddenUnits = 5
    return try CNN(configuration: configuration, name: "tiny", seed: 2)
  }

  private func refusal() -> InputError? {
    let error = #expect(throws: InputError.self) { try Checkpoint.read(path) }
    #expect(error?.kind == .model && error?.subject == path)
    return error
  }

  private static let zip = Data(hex: "504b0304 1400 0000 0000 0000 0000 00000000 00000000 00000000")

  /// Each is named for what it is, and what helps depends on that.
  @Test(arguments: [
    (Data(), "empty file", "once more"),
    (
      Data("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n".utf8), "Git LFS pointer",
      "git lfs pull"
    ),
    (Data("<!DOCTYPE html><html>".utf8), "web page", "download the file itself"),
    (Data("{\"error\":\"not found\"}".utf8), "JSON file", "`Trainer.run"),
    (Data("Entry not found".utf8), "text file", "`Trainer.run"),
    (zip + Data([16, 0, 0, 0]) + Data("archive/data.pkl".utf8), "PyTorch file", "that `Checkpoint.write"),
    (zip + Data([16, 0, 0, 0]) + Data("model.weights.h5".utf8), "Keras model", "`Checkpoint.write"),
    (zip + Data([9, 0, 0, 0]) + Data("notes.txt".utf8), "ZIP archive", "unpack"),
    (Data(hex: "894844460d0a1a0a00"), "HDF5 file", "`Checkpoint.write"),
    (Data(hex: "080a12077079746f726368"), "ONNX model", "`Checkpoint.write"),
    (Data(hex: "080112b3a2010a1c"), "SavedModel", "`Checkpoint.write"),
    (Data("GGUF\u{3}".utf8), "GGUF model", "`Checkpoint.write"),
    (Data([0x93]) + Data("NUMPY".utf8), "NumPy array", "`Checkpoint.write"),
    (Data("SQLite format 3\0".utf8), "SQLite database", "`Trainer.run"),
  ])
  func foreignFiles(data: Data, name: String, remedy: String) throws {
    for data in data.isEmpty ? [data] : [data, try compressZstd(data)] {
      try folder.write(data, to: "model.safetensors")
      let error = refusal()
      #expect(
        error?.problem.contains(name) == true && error?.remedy.contains(remedy) == true, "\(String(describing: error))")
    }
  }

  @Test func folders() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    #expect(refusal()?.problem.contains("folder") == true)
    try folder.write(Data([8, 1]), to: "model.safetensors/saved_model.pb")
    #expect(refusal()?.problem.contains("SavedModel") == true)
  }

  /// What stands beside a checkpoint while it is trained.
  @Test func trainingStates() throws {
    try SafeTensors(tensors: ["weight.a": Tensor(1)], metadata: ["recipe": "{}", "steps": "3"]).write(to: path)
    #expect(refusal()?.problem.contains("state of a training run") == true)
  }

  /// Tensors of another program, whose file says nothing of ours.
  @Test func safetensorsOfAnotherProgram() throws {
    for metadata in [[:], ["format": "pt"]] {
      try SafeTensors(tensors: ["conv1.weight": Tensor(shape: [4, 1, 3, 3])], metadata: metadata).write(to: path)
      #expect(refusal()?.remedy.contains("`Checkpoint.write") == true)
    }
  }

  @Test(arguments: ["I8", "U8", "I64", "F64", "F8_E4M3", "BOOL"])
  func elementsThatAreNoWeights(type: String) throws {
    try Checkpoint.write(Self.model(), provenance: .init(), to: path)
    let sound = try SafeTensors(contentsOf: path)
    let size = ["I64": 8, "F64": 8][type] ?? 1
    var (fields, offset) = ([String](), 0)
    for name in sound.tensors.keys.sorted() {
      let shape = sound.tensors[name]!.shape
      fields.append(
        #""\#(name)":{"dtype":"\#(type)","shape":\#(shape.dimensions),"data_offsets":[\#(offset),\#(offset + shape.count * size)]}"#
      )
      offset += shape.count * size
    }
    let metadata = String(decoding: try JSONEncoder().encode(sound.metadata), as: UTF8.self)
    let header = Data("{\"__metadata__\":\(metadata),\(fields.joined(separator: ","))}".utf8)
    try folder.write(
      withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header + Data(count: offset),
      to: "model.safetensors")
    let error = refusal()
    #expect(error?.problem.contains("type \(type)") == true && error?.remedy.contains("F32") == true)
  }

  /// A tensor too few, too many, or of another name or shape.
  @Test func tensorsThatDoNotFit() throws {
    let changes: [(problem: String, change: (inout [String: Tensor]) -> Void)] = [
      ("lacks the tensor “readout.bias”", { $0["readout.bias"] = nil }),
      ("holds the tensor “extra”", { $0["extra"] = Tensor(1) }),
      // The number of weights alone would not tell.
      (
        "lacks the tensor “readout.bias” and holds the tensor “classifier.bias”",
        { $0["classifier.bias"] = $0.removeValue(forKey: "readout.bias") }
      ),
      (
        "lacks the tensors “convolution1.weight”, “convolution1.bias”, “hidden.weight” and 3 more",
        { $0 = ["a": $0["hidden.bias"]!] }
      ),
      (
        "“hidden.weight” has shape 64×5, expected 5×64",
        { $0["hidden.weight"] = $0["hidden.weight"]!.reshaped(to: [64, 5]) }
      ),
      ("“hidden.bias” has shape 6, expected 5", { $0["hidden.bias"] = Tensor(shape: [6]) }),
    ]
    for (problem, change) in changes {
      try Checkpoint.write(Self.model(), provenance: .init(), to: path)
      var file = try SafeTensors(contentsOf: path)
      change(&file.tensors)
      try file.write(to: path)
      #expect(refusal()?.problem.contains(problem) == true, "\(problem): \(String(describing: refusal()))")
    }
  }

  /// A field that nothing reads may be one that someone counts on.
  @Test func unknownFieldsOfTheConfiguration() throws {
    try Checkpoint.write(Self.model(), provenance: .init(), to: path)
    let sound = try SafeTensors(contentsOf: path)
    let json = try #require(sound.metadata["configuration"])
    func set(_ old: String, _ new: String) throws {
      var file = sound
      file.metadata["configuration"] = json.replacing(old, with: new)
      #expect(file.metadata["configuration"] != json)
      try file.write(to: path)
    }
    for (old, new, field) in [
      (#""channels":"#, #""Dropout":0.1,"channels":"#, "“Dropout”"),
      (#""channels":"#, #""batchNorm":true,"widths":null,"channels":"#, "“batchNorm”, “widths”"),
      (#""loss":{"crossEntropy":{}}"#, #""loss":{"crossEntropy":{"smoothing":0.1}}"#, "“loss.crossEntropy.smoothing”"),
    ] {
      try set(old, new)
      let error = refusal()
      #expect(
        error?.problem.contains(field) == true && error?.problem.contains("cnn") == true, "\(String(describing: error))"
      )
    }
    // Known, and null as it may be.
    try set(#""channels":"#, #""crop":null,"channels":"#)
    #expect(try Checkpoint.read(path).model.configuration.crop == nil)
  }

  @Test(arguments: [
    ("test_accuracy", "nan"), ("test_accuracy", "inf"), ("test_accuracy", "-1"), ("test_accuracy", "2"),
    ("test_accuracy", "-0.0001"), ("test_accuracy", "most"), ("test_accuracy", ""), ("test_count", "0"),
    ("test_count", "-5"), ("test_count", "99999999999999999999"), ("test_count", "9223372036854775807"),
    ("test_count", "1e3"), ("epochs", "-1"), ("epochs", "9223372036854775807"), ("epochs", "many"),
  ])
  func impossibleNumbers(key: String, text: String) throws {
    try Checkpoint.write(Self.model(), provenance: .init(), to: path)
    var file = try SafeTensors(contentsOf: path)
    file.metadata[key] = text
    try file.write(to: path)
    #expect(refusal()?.problem.contains("\(key) “\(text)”") == true)
  }

  /// Sizes whose product no integer holds, and a loss that no training has.
  @Test(arguments: [
    (
      "dynamic-capsules",
      #"{"inputShape":[1,4096,4096],"classCount":65536,"channels":1,"primaryTypes":1024,"primaryElements":256,"#
        + #""classElements":256,"iterations":3,"loss":{"margin":{}},"preprocessing":"none"}"#, "2⁴⁰"
    ),
    (
      "cnn",
      #"{"inputShape":[1,8,8],"classCount":3,"channels":[4],"kernelSize":3,"hiddenUnits":5,"dropout":0.5,"#
        + #""loss":{"spread":{"margin":-1}},"preprocessing":"none"}"#, "margin"
    ),
    ("cnn", #"{"inputShape":[1,8,8]}"#, "lacks “classCount”"),
    ("cnn", #"{"inputShape":[1,-8,8]}"#, "“inputShape”"), ("cnn", "{", "not a sound JSON object"),
    ("cnn", "[]", "configuration"),
  ])
  func impossibleConfigurations(architecture: String, json: String, problem: String) throws {
    try SafeTensors(
      tensors: ["w": Tensor(1)],
      metadata: ["format": "robust-checkpoint-1", "architecture": architecture, "configuration": json]
    ).write(to: path)
    #expect(refusal()?.problem.contains(problem) == true, "\(String(describing: refusal()))")
  }
}
