import Attacks
import Foundation
import TestSupport
import Testing

/// Options that are given several times, and names that do not exist.
struct OptionTests {
  @Test(
    "An option of one value is refused by name when it is given again",
    arguments: [
      "sweep --attack fgsm --seed 1 --seed 2", "sweep --attack fgsm --seed 1 --seed 1",
      "sweep --attack fgsm --limit=3 --limit 4",
      "sweep --attack fgsm --dataset mnist --dataset cifar-10", "sweep --attack fgsm --output a -o b",
      "sweep --attack bim --steps 3 --steps 4", "sweep --attack fgsm --target 1 --target 2",
      "sweep --attack fgsm --threads 1 --threads 1", "minimum cnn --max-epsilon 0.1 --max-epsilon 0.2",
      "minimum cnn --tolerance 0.1 --tolerance 0.2", "train --model cnn --model cnn --dataset mnist --output x",
      "train --model cnn --dataset mnist --output x --epochs 1 --epochs 2", "check --baseline a --baseline b run",
      "check run --baseline a --max-drop 0.1 --max-drop -0.1", "compare a b --reference x --reference y",
      "baseline run --output a --output b", "export run --output a --format png --format npz",
      "merge --output a --output b p",
      "inspect cnn --limit 2 --limit 3", "inspect cnn --threshold -1 --threshold 1",
      "reconstruct cnn --output a --range 1 --range 2", "reproduce all --network small --network full",
      "data --data a --data b", "data render toynorb --sheet a --sheet b",
    ])
  func repeatedOnce(command: String) throws {
    let folder = try TemporaryFolder()
    let arguments = command.split(separator: " ").map(String.init)
    let outcome = try Program.run(arguments, in: folder.path)
    let names = arguments.map { $0.prefix { $0 != "=" } }.filter { $0.hasPrefix("--") }
    let option = names.first { name in names.count { $0 == name } > 1 } ?? "--output"
    #expect(
      outcome.code == 64 && outcome.errors.hasPrefix("robust: \(option): it is given more than once"),
      "\(outcome.errors)")
    #expect(try folder.names().isEmpty)
  }

  @Test func listsAreCollected() throws {
    let folder = try TemporaryFolder()
    let common = ["--limit", "4", "--save-images", "0", "--threads", "1"]
    let checks = ["--checks", "non-finite", "--checks", "zero-gradients"]
    let outcome = try Program.run(
      ["sweep", "--attack", "fgsm", "-e", "8/255", "--attack", "I-FGSM", "--epsilon", "0.1", "--model", "cnn"] + checks
        + common + ["--output", "run"], in: folder.path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let data = try Data(contentsOf: URL(filePath: folder("run/summary.json")))
    let summary = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let configuration = try #require(summary["configuration"] as? [String: Any])
    #expect((configuration["attacks"] as? [[String: Any]])?.map { $0["name"] as? String } == ["fgsm", "bim"])
    #expect((configuration["budgets"] as? [[String: Any]])?.map { $0["text"] as? String } == ["8/255", "0.1"])
    #expect((summary["checks"] as? [[String: Any]])?.count == 2)
    // Other names for the same go on with the same run.
    let resumed = try Program.run(
      [
        "sweep", "--resume", "run", "--attack", "FGSM,ifgsm", "--model", "CNN", "--split", "Test", "--dataset",
        "Fashion_MNIST_1000",
      ], in: folder.path)
    #expect(resumed.code == 0, "\(resumed.errors)")

    let perImage = try String(contentsOfFile: folder("run/per-image.csv"), encoding: .utf8).split(separator: "\n")
    #expect(perImage[0].hasPrefix("model,attack,attack_parameters,goal,target,epsilon,epsilon_text,image,label,"))
    #expect(perImage.count == 1 + 2 * 2 * 4)
    let cell = "cnn,fgsm,objective: cross-entropy,untargeted,,0.03137254901960784,8/255,"
    #expect(perImage.count { $0.hasPrefix(cell) } == 4)
    // What is summed up in accuracy.csv is what stands in the lines.
    let accuracy = try String(contentsOfFile: folder("run/accuracy.csv"), encoding: .utf8).split(separator: "\n")
    let line = try #require(
      accuracy.first { $0.hasPrefix("cnn,fgsm,objective: cross-entropy,untargeted,0.03137254901960784,8/255,4,") })
    let correct = perImage.count { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return line.hasPrefix(cell) && fields[8] == fields[10]
    }
    #expect(line.split(separator: ",")[7] == "\(correct)")
  }

  @Test(
    "What does not exist is answered with what is nearest",
    arguments: [
      ("swepp", "did you mean sweep?"), ("atack", "did you mean sweep?"), ("attack", "did you mean sweep?"),
      ("Sweep", "did you mean sweep?"), ("evaluate", "did you mean sweep?"), ("chek", "did you mean check?"),
      ("help swepp", "did you mean sweep?"), ("models shwo", "did you mean show?"),
      ("data rendr", "did you mean render?"),
      ("resume", "--resume"), ("dance", "known: sweep,"),
      ("sweep --eps 8/255", "did you mean --epsilon?"), ("sweep --epsilons 8/255", "did you mean --epsilon?"),
      ("sweep --models cnn", "did you mean --model?"), ("sweep --atack fgsm", "did you mean --attack?"),
      ("sweep --attcak=fgsm", "did you mean --attack?"), ("sweep -attack fgsm", "did you mean --attack?"),
      ("sweep --num-images 3", "did you mean --limit?"), ("sweep --loss ce", "did you mean --objective?"),
      ("train --lr 0.1", "did you mean --learning-rate?"), ("models --modl", "known:"),
      ("sweep --grid", "it is an option of robust export"), ("export run --eps 1", "did you mean --epsilon?"),
      ("sweep --versoin", "known: --attack"), ("--versoin", "did you mean --version?"),
    ])
  func nearest(command: String, answer: String) throws {
    let outcome = try Program.run(command.split(separator: " ").map(String.init))
    #expect(outcome.code == 64 && outcome.errors.contains(answer), "\(outcome.errors)")
  }

  @Test(
    "Names of other tools",
    arguments: [
      ("sweep --attack pgd --norm l3", 64, "linf, l2"), ("sweep --attack AutoAttack", 64, "--objective dlr"),
      ("sweep --attack fgsm --objective hinge", 64, "margin"), ("sweep --attack fgsm --split val", 64, "--validation"),
      ("sweep --attack fgsm --model resnet18", 65, "cnn"),
      ("sweep --attack fgsm --model capsnet", 65, "dynamic-capsules-small"),
      ("sweep --attack fgsm --dataset imagenet", 65, ".npz"),
      ("sweep --attack fgsm --checks Non_Finte", 64, "non-finite"),
      ("export run --output x --format NPX", 64, "npz"), ("reproduce tabel-1", 64, "table-1"),
    ] as [(String, Int32, String)])
  func otherNames(command: String, code: Int32, answer: String) throws {
    let outcome = try Program.run(command.split(separator: " ").map(String.init))
    #expect(outcome.code == code && outcome.errors.contains(answer), "\(outcome.errors)")
  }

  @Test(
    "Shells are offered what can be typed",
    arguments: [
      ("sweep -- --attack", "fg", ["fgsm"]), ("sweep -- --attack", "fgsm,p", ["fgsm,pgd"]),
      ("sweep -- --attack", "", AttackCatalog.names),
      ("sweep -- --model", "cnn,matrix-capsules-small-", ["cnn,matrix-capsules-small-toynorb"]),
      ("sweep -- --model", "sub/m", ["sub/model.safetensors"]), ("sweep -- --model", "sub/n", ["sub/net.onnx"]),
      ("sweep -- --dataset", "fash", ["fashion-mnist-1000", "fashion-mnist"]),
      ("sweep -- --checks", "non-", ["non-finite"]), ("minimum -- --attack", "b", ["bim"]),
    ])
  func completions(option: String, prefix: String, offered: [String]) throws {
    let folder = try TemporaryFolder()
    try folder.write(Data(), to: "sub/model.safetensors")
    try folder.write(Data(), to: "sub/model.txt")
    try folder.write(Data(), to: "sub/net.onnx")
    let parts = option.split(separator: " ").map(String.init)
    let words = ["robust", parts[0], parts[2], prefix]
    let outcome = try Program.run(
      ["---completion"] + parts + ["3", "\(prefix.count)"] + words, in: folder.path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let lines = outcome.output.split { $0 == "\n" || $0 == "\0" }.map(String.init)
    #expect(lines == offered, "\(outcome.output)")
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionScripts(shell: String) throws {
    let outcome = try Program.run(["--generate-completion-script", shell])
    #expect(outcome.code == 0 && outcome.output.contains("cross-entropy") && outcome.output.contains("least-likely"))
  }

  /// A name with control characters, in a message and in a table.
  @Test func terminalsObeyNoNames() throws {
    let folder = try TemporaryFolder()
    let name = "evil\u{1B}[2J\u{202E}\n.safetensors"
    let unknown = try Program.run(["sweep", "--attack", "fgsm", "--model", name], in: folder.path)
    #expect(unknown.code == 65 && unknown.errors.contains(#"evil\u{1b}[2J\u{202e}\n.safetensors"#))
    #expect(unknown.errors.split(separator: "\n").count == 2 && !unknown.errors.contains("\u{1B}"))
    let made = try Program.run(
      [
        "sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "2", "--epsilon", "0.1", "--save-images", "0",
        "--checks",
        "none", "--output", "run\u{1B}[31m",
      ], in: folder.path)
    #expect(made.code == 0 && made.output.contains(#"run\u{1b}[31m/"#) && !made.output.contains("\u{1B}"))
    let lines: [Substring] = made.output.split(separator: "\n")
    #expect(lines.prefix(8).allSatisfy { $0.count <= 80 })
  }
}
