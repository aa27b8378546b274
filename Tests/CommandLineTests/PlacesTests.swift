import Arrays
import Files
import Foundation
import Models
import TestSupport
import Testing

/// Images and models of one's own are known by their content: runs go on, merge and export wherever these have gone.
struct PlacesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let shipped = try ResourceLocator().folder(of: "Models") + "/" + ModelCatalog.Shipped.cnn.file
    try FileManager.default.copyItem(atPath: shipped, toPath: folder("mine.safetensors.zst"))
    try OwnImages.write(to: folder)
  }

  @discardableResult
  private func robust(_ arguments: String..., code: Int32 = 0, in place: String? = nil) throws -> Program.Outcome {
    let words = arguments.flatMap { $0.split(separator: " ").map(String.init) }
    let outcome = try Program.run(words, in: place ?? folder.path)
    #expect(outcome.code == code, "\(words.joined(separator: " ")): \(outcome.errors)")
    return outcome
  }

  private func move(_ name: String, to other: String) throws {
    let target = URL(filePath: folder(other))
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: folder(name), toPath: target.path)
  }

  @Test(.slow) func theSameWorkHasTheSameFolder() throws {
    try FileManager.default.createSymbolicLink(atPath: folder("link.npz"), withDestinationPath: folder("d.npz"))
    try FileManager.default.createSymbolicLink(
      atPath: folder("link.zst"), withDestinationPath: folder("mine.safetensors.zst"))
    let models = ["mine.safetensors.zst", "./mine.safetensors.zst", folder("mine.safetensors.zst"), "link.zst"]
    for (data, model) in zip(["d.npz", "./d.npz", folder("d.npz"), "link.npz"], models) {
      try robust("sweep --attack fgsm --epsilon 0.1 --dataset", data, "--model", model)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder("runs")).count == 1)
  }

  @Test(.slow) func runsGoOnWhereTheirFilesHaveGone() throws {
    let sweep = "sweep --attack fgsm --epsilon 0.1 --save-images 2 --dataset d.npz --model mine.safetensors.zst"
    try robust(sweep, "--output whole")
    try robust(sweep, "--shard 1/2 --output one")
    try robust(
      "sweep --attack fgsm --epsilon 0.1 --save-images 2 --model", folder("mine.safetensors.zst"), "--dataset",
      folder("d.npz"), "--shard 2/2 --output two")
    try move("d.npz", to: "data/images.npz")
    try move("mine.safetensors.zst", to: "nets/a=b,c.safetensors.zst")
    let data = "--dataset data/images.npz"
    let model = "--model nets/a=b,c.safetensors.zst"

    let missing = try robust("sweep --resume whole", code: 65)
    #expect(missing.errors.contains("--model cnn=PATH"))
    #expect(try robust("sweep --resume whole", model, code: 65).errors.contains("--dataset d.npz=PATH"))
    try robust("sweep --resume whole", data, model)
    try robust("sweep --resume whole --dataset d.npz=data/images.npz --model cnn=nets/a=b,c.safetensors.zst")
    try robust("merge one two --output merged", data, model)
    try robust("export whole --success all --output examples", data, "--model cnn=nets/a=b,c.safetensors.zst")
    try robust("minimum whole --scan 2 --tolerance 0.1 --output least", data, model)
    #expect(
      try Data(contentsOf: URL(filePath: folder("merged/accuracy.csv")))
        == Data(contentsOf: URL(filePath: folder("whole/accuracy.csv"))))

    // Other images in their place are told from them by one pixel, and both hashes are named.
    try OwnImages.write(to: folder, first: 99)
    let other = try robust("export whole --output others", model.replacing("--model ", with: "--model cnn="), code: 65)
    #expect(other.errors.matches(of: /[0-9a-f]{12}…/).count == 2, "\(other.errors)")
    #expect(other.errors.contains("--dataset d.npz=PATH"))
    let stranger = try robust("sweep --resume whole --model matrix-capsules-small", data, code: 64)
    #expect(stranger.errors.contains("--model is "))
  }

  @Test func modelsAndImagesHaveTheNamesTheyAreGiven() throws {
    let outcome = try robust(
      "sweep --attack fgsm --epsilon 0.1 --save-images 0 --model first=mine.safetensors.zst,second=cnn --dataset toys=d.npz "
        + "--output run")
    #expect(outcome.output.contains("first") && outcome.output.contains("second") && outcome.output.contains("toys"))
    try robust("sweep --resume run")
    try robust("sweep --attack fgsm --model a= --output none", code: 64)
    try robust("sweep --attack fgsm --model cnn,,cnn --output none", code: 64)
    let twins = try robust("sweep --attack fgsm --model a=cnn,a=mine.safetensors.zst --output none", code: 64)
    #expect(twins.errors.contains("two are called “a”"))
  }

  @Test func classesByName() throws {
    let run = "sweep --attack fgsm --epsilon 0.1 --save-images 0 --model cnn --limit 10 --output"
    try robust(run, "run --target Trouser")
    #expect(try robust("sweep --resume run --target 1").code == 0)
    #expect(try robust("sweep --resume run --target trouser").code == 0)
    #expect(try robust("sweep --resume run --target bag", code: 64).errors.contains("--target is 1"))
    try robust("export run --class Shirt --target TROUSER --success all --output shirts")
    #expect(try robust("export run --class shrt --output none", code: 64).errors.contains("did you mean shirt"))
  }

  /// Labels 1 to 6 of a model of ten classes: the classes are the model's, not those that occur.
  @Test func subsetsWithoutSomeClasses() throws {
    try robust("minimum cnn --dataset d.npz --scan 2 --tolerance 0.2 --lattice --output one")
    try robust("minimum --model mine=cnn --dataset d.npz --target 8 --scan 2 --tolerance 0.2 --output two")
    let csv = try String(contentsOfFile: folder("two/minimum.csv"), encoding: .utf8)
    #expect(csv.contains("mine,"))
    try robust("minimum cnn --model cnn --limit 2 --output none", code: 64)
    try robust("inspect cnn --dataset d.npz --output inspection")
  }

  @Test func optionsThatNoAttackUses() throws {
    for option in ["--steps 5", "--step-size 0.1", "--random-start", "--compat kurakin"] {
      for command in ["sweep --attack fgsm", "minimum cnn", "minimum cnn --attack fgsm"] {
        let outcome = try robust(command, option, "--limit 2 --output none", code: 64)
        #expect(outcome.errors.contains(option.split(separator: " ")[0]) && outcome.errors.contains("--attack bim"))
      }
    }
    #expect(!FileManager.default.fileExists(atPath: folder("none")))
  }

  /// What does less than it seems to is said before the first image.
  @Test func notes() throws {
    let outcome = try robust(
      "sweep --attack fgsm,bim --steps 2 --step-size 1/255 --epsilon 2/255,8/255 --model cnn --dataset d.npz --limit 5000 "
        + "--save-images 0 --checks none --output run")
    #expect(outcome.errors.contains("--limit 5000: d.npz has 12 such images"), "\(outcome.errors)")
    #expect(outcome.errors.contains("2 steps of 1/255") && outcome.errors.contains("from ε = 8/255 on"))
    let enough = try robust(
      "sweep --attack bim --steps 8 --step-size 1/255 --epsilon 2/255,8/255 --model cnn --limit 12 --save-images 0 "
        + "--checks none --output long")
    #expect(!enough.errors.contains("robust:"), "\(enough.errors)")
    try robust("sweep --resume long --steps 8 --step-size 1/255")
    #expect(try robust("sweep --resume long --step-size 2/255", code: 64).errors.contains("--step-size is 1/255"))
  }
}
