import ArgumentParser
import Classifiers
import Datasets
import Diagnostics
import Files
import Foundation
import Models
import ONNX
import Tensors
import Text

/// Writes a network of robust's own as a file for other programs.
struct ModelsExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a shipped model or a checkpoint as an ONNX file.",
    discussion: """
      The file takes images in [0, 1], [batch, channel, row, column], as “image”: what the network does to them first is in the \
      graph. It gives “scores”, [batch, classes]. Routing is unrolled into plain operators of ONNX (operator set 17), and \
      a decoder is left out. Where the network came from, the hash of its weights and the names of its classes are in the metadata. The same \
      network makes the same bytes.

      Examples:
        robust models export matrix-capsules-small --output capsules.onnx
        robust models export trained.safetensors --output net.onnx
      """)

  @Argument(help: "A shipped model or a checkpoint file.", completion: Completions.checkpoint)
  var name: String

  @Option(
    name: [.short, .long],
    help: "The .onnx file to write. A network that robust exported earlier is replaced, any other file is not.",
    completion: .file(extensions: ["onnx"]))
  var output: String

  func run() throws {
    let place = try OutputPlace(output, option: "--output", isFolder: false)
    guard place == .stream || output.lowercased().hasSuffix(".onnx") else {
      throw InputError(.usage, "--output", "\(output) does not end in .onnx", remedy: "name it so: \(output).onnx")
    }
    // Asked before it is loaded, which would start a process.
    guard !ClassifierCatalog.isForeign(name) else {
      throw InputError(
        .model, name, "is a model of another program; only networks of robust's own are exported",
        remedy: "name a shipped model or a checkpoint (`\(Action.listModels)` lists those that ship)")
    }
    try OutputFile(output, option: "--output", replacing: ONNXExport.form)
    let loaded = try ClassifierCatalog.load(name).requireModel(name, for: "are exported")
    // What a network was trained on begins with the name of the data set: `fashion-mnist train (60000 images)`.
    let dataset = loaded.provenance.dataset?.split(separator: " ").first
    let names = dataset.flatMap { DatasetCatalog.classNames(of: String($0)) }
    let export = try ONNXExport(
      loaded, source: PathParts.name(name), classNames: names?.count == loaded.model.classCount ? names : nil,
      toolVersion: Robust.version)
    try AtomicFile.write(export.data, to: output)
    guard place != .stream else { return }
    print(
      PrintableText.line(
        "Wrote \(output): \(loaded.model.name), \(loaded.model.inputShape) images in \(loaded.model.classCount) classes, "
          + "\(export.nodeCount.formatted) nodes, \(export.parameterCount.formatted) parameters, "
          + "\(export.data.count.formatted) bytes, sha256 \(Checksum.sha256(of: export.data).prefix(12))…"))
  }
}
