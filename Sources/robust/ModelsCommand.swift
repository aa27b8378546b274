import ArgumentParser
import Classifiers
import Diagnostics
import Files
import Foundation
import Models
import Tensors
import Text

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List model presets and shipped checkpoints, show one, or export it.",
    discussion: """
      Examples:
        robust models
        robust models show matrix-capsules-small
        robust models show cnn.safetensors
        robust models show net.onnx
        robust models show cnn --tensors
        robust models export cnn --output cnn.onnx
        robust models seal old.safetensors --output cnn.safetensors
      """,
    subcommands: [List.self, Show.self, ModelsExportCommand.self, SealCommand.self, HashCommand.self],
    defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List presets and shipped checkpoints.")

    func run() throws {
      for preset in ModelCatalog.Preset.allCases {
        let model = try preset.model(inputShape: [1, 28, 28], classCount: 10, seed: 0)
        print("\(preset.rawValue)\n  \(preset.summary)")
        print("  \(model.parameters.count.formatted) parameters for 1×28×28 images in 10 classes")
        let shipped = ModelCatalog.Shipped.allCases.filter { $0.preset == preset }
        if shipped.isEmpty {
          print("  no trained checkpoint ships; train it with `robust train --model \(preset.rawValue) …`")
        }
        for name in shipped.map(\.rawValue) {
          let loaded = try ModelCatalog.load(name)
          print(
            PrintableText.line(
              "  shipped as \(name): \(loaded.provenance.summary), sha256 \(loaded.sha256.prefix(12))…"))
        }
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print layers, shapes and parameters of a model.")

    @Argument(help: "A preset, a checkpoint file, or an ONNX file.", completion: Completions.model)
    var name: String

    @OptionGroup var preprocessing: PreprocessingOptions

    @Flag(
      help:
        "Also print the metadata and the tensors of its checkpoint: what a file of weights from elsewhere has to hold.")
    var tensors = false

    func run() throws {
      let steps = try preprocessing.chosen()
      if ClassifierCatalog.isForeign(name) {
        guard !tensors else {
          throw InputError(
            .usage, "--tensors", "\(name) is no checkpoint of robust, whose tensors have names and shapes to follow",
            remedy: "leave it out: layers and parameters are shown without it")
        }
        print(ForeignModelText.text(try ClassifierCatalog.load(name, preprocessing: steps), path: name), terminator: "")
        return
      }
      // Refuses preprocessing, which ours hold themselves.
      if steps != nil { _ = try ClassifierCatalog.load(name, preprocessing: steps) }
      let name = ModelCatalog.canonicalName(name)
      let model: any Model
      if let preset = ModelCatalog.Preset(rawValue: name), ModelCatalog.Shipped(rawValue: name) == nil {
        model = try preset.model(inputShape: [1, 28, 28], classCount: 10, seed: 0)
        print(PrintableText.line("\(name): a preset, untrained"))
      } else {
        let loaded = try ClassifierCatalog.load(name).requireModel(name, for: "have layers to show")
        model = loaded.model
        print(PrintableText.line("\(name): \(loaded.provenance.summary)"))
        print("sha256 \(loaded.sha256)")
        print(PrintableText.line("weights sha256 \(loaded.weightsHash), \(loaded.seal(name))"))
        if let recipe = loaded.provenance.recipe { print(PrintableText.line("recipe \(recipe)")) }
      }
      print("input \(model.inputShape), \(model.classCount) classes, trained with \(model.trainingLoss) loss\n")
      let rows =
        [["layer", "output", "parameters"]] + model.layers.map { [$0.name, $0.output, $0.parameterCount.formatted] }
        + [["total", "", model.parameters.count.formatted]]
      print(TextTable.aligned(rows, flushRight: 2...2, width: Terminal.outputWidth), terminator: "")
      if tensors { try printTensors(of: model) }
    }

    private func printTensors(of model: some Model) throws {
      print("\nmetadata")
      for (key, value) in try Checkpoint.required(model).sorted(by: { $0.key < $1.key }) { print("  \(key): \(value)") }
      print("")
      let rows = [["tensor", "shape"]] + model.parameterShapes.map { [$0.name, "\($0.shape)"] }
      print(TextTable.aligned(rows, flushRight: 2...), terminator: "")
    }
  }
}

extension Checkpoint.Loaded {
  /// Whether the weights can be told to be those that were written, in words.
  fileprivate func seal(_ path: String) -> String {
    recordedHash == nil
      ? "no hash recorded: `robust models seal \(path) --output NEW.safetensors` adds it" : "as recorded"
  }
}

extension Checkpoint.Provenance {
  var summary: String {
    var parts: [String] = []
    if let dataset { parts.append("trained on \(dataset)") }
    if let epochs { parts.append("\(epochs) epochs") }
    if let testAccuracy, let testCount {
      parts.append(String(format: "test accuracy %.2f%% of %d", 100 * testAccuracy, testCount))
    }
    return parts.isEmpty ? "of unknown origin" : parts.joined(separator: ", ")
  }
}

extension Int {
  /// With a comma every three digits.
  var formatted: String { NumberFormat.grouped(self) }
}
