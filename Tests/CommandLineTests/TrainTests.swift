import Arrays
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// `robust train` where something is wrong, and `robust models` on what it wrote.
struct TrainTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try TinyMNIST.write(to: folder)
  }

  func train(_ options: String..., to name: String = "model.safetensors") throws -> Program.Outcome {
    try Program.run(
      [
        "train", "--model", "matrix-capsules-small", "--sizes", "4,2,2,2", "--dataset", "mnist", "--data", folder.path,
        "--output", folder(name),
      ] + options.flatMap { $0.split(separator: " ").map(String.init) })
  }

  /// An exit code of its own, and no checkpoint of numbers that are none.
  @Test(arguments: ["1e9", "1e38"])
  func divergesAtOnce(rate: String) throws {
    let outcome = try train("--learning-rate \(rate) --epochs 3 --batch-size 5")
    #expect(outcome.code == 20, "\(outcome.errors)")
    #expect(outcome.errors.contains("diverged") && outcome.errors.contains("--learning-rate"))
    let names = try folder.names().filter { $0.hasPrefix("model") }
    // What there is can be read: the reader refuses numbers that are not finite.
    for name in names { _ = try SafeTensors(contentsOf: folder(name)) }
    #expect(names.isEmpty == outcome.errors.contains("nothing was written"), "\(names): \(outcome.errors)")
  }

  /// The weights that decay makes large stay sound for an epoch; the advice, followed to the letter, works.
  @Test func keepsTheLastSoundEpoch() throws {
    // Each step, of which an epoch has one, multiplies every weight by 1 - 0.01·1000: poses overflow after a few.
    let outcome = try train("--learning-rate 0.01 --weight-decay 1e3 --schedule constant --epochs 30 --batch-size 20")
    #expect(outcome.code == 20, "\(outcome.errors)")
    let advice = try #require(
      outcome.errors.firstMatch(
        of: /--learning-rate, for example (\S+), and a smaller --weight-decay, for example (\S+?)[;\s]/))
    #expect(outcome.errors.contains("hold what epoch"), "\(outcome.errors)")
    let loaded = try Checkpoint.read(folder("model.safetensors"))
    #expect(loaded.recordedHash == loaded.weightsHash && (loaded.provenance.epochs ?? 0) > 0)
    let again = try train(
      "--learning-rate \(advice.1) --weight-decay \(advice.2) --epochs 2 --batch-size 20", to: "again.safetensors")
    #expect(again.code == 0, "\(again.errors)")
  }

  /// Found before the first step, not after the last.
  @Test func testImagesOfAnotherShape() throws {
    try folder.write(
      Data(hex: "00000803 00000002 00000014 00000014") + Data(count: 800), to: "mnist/t10k-images-idx3-ubyte")
    try folder.write(Data(hex: "00000801 00000002 0309"), to: "mnist/t10k-labels-idx1-ubyte")
    let outcome = try train("--epochs 1")
    #expect(outcome.code == 65, "\(outcome.errors)")
    #expect(!outcome.errors.contains("epoch 1"))
    #expect(try !folder.names().contains { $0.hasPrefix("model") })
  }

  /// λ so large that every activation is 0 or 1, where the spread loss is flat.
  @Test func warnsOfGradientsOfZero() throws {
    let outcome = try train("--epochs 1 --temperature constant:1000")
    #expect(outcome.code == 0 && outcome.errors.contains("warning: in 1 of 1 steps the gradient"), "\(outcome.errors)")
    #expect(try !train("--epochs 1", to: "healthy.safetensors").errors.contains("warning"))
  }

  @Test(arguments: ["--margin-epochs inf", "--margin-epochs nan", "--weight-decay inf", "--learning-rate 1e39"])
  func optionsThatAreNotFinite(options: String) throws {
    let outcome = try train(options)
    #expect(outcome.code == 64, "\(outcome.errors)")
    #expect(try folder.names() == ["mnist"])
  }

  /// What is said of a checkpoint's hash: recorded, missing, wrong; and the remedies for both work.
  @Test func seals() throws {
    #expect(try train("--epochs 1").code == 0)
    let path = folder("model.safetensors")
    let shown = try Program.run(["models", "show", path, "--tensors"])
    #expect(shown.code == 0 && shown.output.contains("as recorded"), "\(shown.errors)")
    let hash = try Checkpoint.read(path).weightsHash
    let printed = try Program.run(["models", "hash", path])
    #expect(printed.output == "\(hash)  model.safetensors\n")

    var file = try SafeTensors(contentsOf: path)
    for (name, tensor) in file.tensors {
      #expect(shown.output.contains(name) && shown.output.contains("\(tensor.shape)"))
    }
    #expect(shown.output.contains(file.metadata["configuration"]!))
    file.metadata["weights_sha256"] = nil
    try file.write(to: folder("old.safetensors"))
    let old = try Program.run(["models", "show", folder("old.safetensors")])
    #expect(old.code == 0 && old.output.contains("no hash recorded: `robust models seal \(folder("old.safetensors"))"))
    let sealed = try Program.run([
      "models", "seal", folder("old.safetensors"), "--output", folder("sealed.safetensors"),
    ])
    #expect(sealed.code == 0 && sealed.output.contains(hash), "\(sealed.errors)")
    #expect(try SafeTensors(contentsOf: folder("sealed.safetensors")) == SafeTensors(contentsOf: path))
    let taken = try Program.run(["models", "seal", path, "--output", folder("sealed.safetensors")])
    #expect(taken.code == 73, "\(taken.errors)")

    file = try SafeTensors(contentsOf: path)
    file.tensors["convolution.bias"] = file.tensors["convolution.bias"]!.map { $0 + 1 }
    try file.write(to: folder("changed.safetensors"))
    let changed = try Program.run(["models", "show", folder("changed.safetensors")])
    #expect(
      changed.code == 65 && changed.errors.contains("robust models seal \(folder("changed.safetensors")) --output"))
    let meant = try Program.run([
      "models", "seal", folder("changed.safetensors"), "--output", folder("meant.safetensors"),
    ])
    #expect(meant.code == 0 && meant.output.contains("test accuracy is unknown"), "\(meant.errors)")
    let loaded = try Checkpoint.read(folder("meant.safetensors"))
    #expect(loaded.provenance.testAccuracy == nil && loaded.provenance.epochs == 1)
    #expect(loaded.model.parameters["convolution.bias"] == file.tensors["convolution.bias"])
  }

  /// Scores, poses and images that are not finite: each command says so, and none of them traps.
  @Test(arguments: [
    "sweep --attack fgsm --limit 3 --epsilon 0.1 --model MODEL --output OUT",
    "sweep --attack bim --target each --limit 2 --epsilon 0.1 --save-images all --model MODEL --output OUT",
    "inspect MODEL --limit 3 --output OUT", "reconstruct MODEL --limit 3 --output OUT",
    "minimum MODEL --attack fgsm --limit 3 --output OUT",
  ])
  func modelsWhoseScoresAreNotFinite(command: String) throws {
    var configuration = DynamicCapsules.Configuration()
    configuration.channels = 4
    configuration.primaryTypes = 2
    configuration.classElements = 3
    configuration.decoder = .init(hiddenUnits: [8])
    var model = try DynamicCapsules(configuration: configuration, seed: 5)
    for name in model.parameters.names { model.parameters[name] = model.parameters[name].map { $0 * 1e12 } }
    try Checkpoint.write(model, provenance: .init(), to: folder("model.safetensors"))
    let arguments = command.replacing("MODEL", with: folder("model.safetensors")).replacing("OUT", with: folder("out"))
    let outcome = try Program.run(arguments.split(separator: " ").map(String.init))
    #expect([0, 65].contains(outcome.code), "\(outcome.code): \(outcome.errors)")
    #expect((outcome.output + outcome.errors).contains("finite"), "\(outcome.output)\n\(outcome.errors)")
  }
}
