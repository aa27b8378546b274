import Foundation
import TestSupport
import Testing

/// Wrong input: each gives its exit code, a message that names the culprit, and leaves nothing behind.
struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let code: Int32
    let mentions: [String]
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: String, _ code: Int32, _ mentions: String...) {
      self.arguments = arguments.split(separator: " ").map(String.init)
      self.code = code
      self.mentions = mentions
    }
  }

  @Test(arguments: [
    Case("sweep --attack fgms", 64, "fgms", "did you mean fgsm"),
    Case("sweep", 64, "--attack"),
    Case("sweep --attack fgsm --model cnnn", 65, "cnnn", "did you mean cnn"),
    Case("sweep --attack fgsm --model nowhere.safetensors", 65, "nowhere.safetensors"),
    Case("sweep --attack fgsm --dataset fashion", 65, "fashion-mnist-1000"),
    Case("sweep --attack fgsm --epsilon -0.1", 64, "-0.1"),
    Case("sweep --attack fgsm --epsilon abc", 64, "abc"),
    Case("sweep --attack fgsm --epsilon 0.1,nan", 64, "nan"),
    Case("sweep --attack fgsm --epsilon 0:1:0", 64, "0:1:0"),
    Case("sweep --attack fgsm --epsilon 8/0", 64, "8/0"),
    Case("sweep --attack fgsm --target 10", 64, "10"),
    Case("sweep --attack fgsm --target shoe", 64, "shoe"),
    Case("sweep --attack fgsm --objective lucky", 64, "cross-entropy"),
    Case("sweep --attack fgsm --limit 0", 64, "--limit"),
    Case("sweep --attack fgsm --threads 0", 64, "--threads"),
    Case("sweep --attack fgsm --save-images some", 64, "--save-images"),
    Case("sweep --attack fgsm --split validation", 64, "validation"),
    Case("sweep --attack bim --steps 0", 64, "--steps"),
    Case("train --model cnn --dataset mnst --output x.safetensors", 65, "mnist"),
    Case("train --model cnnn --dataset fashion-mnist --output x.safetensors", 65, "cnnn"),
    Case("train --model cnn --dataset fashion-mnist --epochs 0 --output x.safetensors", 64, "--epochs"),
    Case("train --model cnn --dataset fashion-mnist --margin big --output x.safetensors", 64, "--margin"),
    Case("models show nowhere.safetensors", 65, "nowhere.safetensors"),
    Case("dance", 64, "dance"),
  ])
  func refused(_ example: Case) throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(example.arguments, in: folder.path)
    #expect(outcome.code == example.code, "\(outcome.errors)")
    for mention in example.mentions { #expect(outcome.errors.contains(mention), "\(outcome.errors)") }
    #expect(try folder.names().isEmpty)
  }

  /// IDX files with something wrong, found through `--data`.
  @Test(arguments: ["truncated", "magic", "absurd", "label"])
  func brokenDataSets(damage: String) throws {
    let folder = try TemporaryFolder()
    var images = Data(hex: "00000803 00000002 0000001c 0000001c") + Data(repeating: 7, count: 2 * 784)
    var labels = Data(hex: "00000801 00000002 0309")
    switch damage {
    case "truncated": images.removeLast(3)
    case "magic": images[3] = 1
    case "absurd": images.replaceSubrange(4..<16, with: Data(repeating: 0xff, count: 12))
    default: labels[9] = 77
    }
    try folder.write(images, to: "mnist/t10k-images-idx3-ubyte")
    try folder.write(labels, to: "mnist/t10k-labels-idx1-ubyte")
    let outcome = try Program.run(
      ["sweep", "--attack", "fgsm", "--dataset", "mnist", "--data", folder.path, "--output", folder("run")])
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains("t10k-"), "\(outcome.errors)")
    #expect(try folder.names() == ["mnist"])
  }

  @Test func corruptCheckpoint() throws {
    let folder = try TemporaryFolder()
    try folder.write(Data(repeating: 0x41, count: 4096), to: "model.safetensors")
    let outcome = try Program.run(
      ["sweep", "--attack", "fgsm", "--model", folder("model.safetensors"), "--output", folder("run")])
    #expect(outcome.code == 65 && outcome.errors.contains("model.safetensors"))
    #expect(try folder.names() == ["model.safetensors"])
  }

  @Test func outputThatHoldsSomethingElse() throws {
    let folder = try TemporaryFolder()
    try folder.write(Data("notes".utf8), to: "run/notes.txt")
    let outcome = try Program.run(["sweep", "--attack", "fgsm", "--limit", "2", "--output", folder("run")])
    #expect(outcome.code == 73 && outcome.errors.contains("notes.txt"))
    let file = try Program.run(["sweep", "--attack", "fgsm", "--limit", "2", "--output", folder("run/notes.txt/deep")])
    #expect(file.code == 73)
    #expect(try String(contentsOfFile: folder("run/notes.txt"), encoding: .utf8) == "notes")
  }

  /// A disk that takes no more: a limit on file sizes makes every larger write fail.
  @Test func fullDisk() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(
      ["sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "40", "--output", folder("run")],
      shell: #"trap '' XFSZ; ulimit -f 16; exec "$0" "$@""#)
    #expect(outcome.code == 73, "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder("run/report.html")))
  }
}
