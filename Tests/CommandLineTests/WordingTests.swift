import Diagnostics
import Foundation
import Testing
import robust

/// What libraries say of settings and actions, as options and commands: all of them are there, and libraries know none.
@Suite struct OptionWordingTests {
  /// The long options of each command, by its words: `models show`; and those that are flags.
  private static let (options, flags): ([String: Set<String>], Set<String>) = {
    struct Help: Decodable { let command: Command }
    struct Command: Decodable {
      let commandName: String
      let arguments: [Argument]?
      let subcommands: [Command]?
    }
    struct Argument: Decodable {
      let kind: String
      let names: [Name]?
    }
    struct Name: Decodable {
      let kind: String
      let name: String
    }
    var options: [String: Set<String>] = [:]
    var flags: Set<String> = []
    func add(_ command: Command, _ words: [String]) {
      for argument in command.arguments ?? [] {
        let names = (argument.names ?? []).filter { $0.kind == "long" }.map { "--\($0.name)" }
        options[words.joined(separator: " "), default: []].formUnion(names)
        if argument.kind == "flag" { flags.formUnion(names) }
      }
      for child in command.subcommands ?? [] { add(child, words + [child.commandName]) }
    }
    let help = try? Program.run(["--experimental-dump-help"])
    if let help = try? JSONDecoder().decode(Help.self, from: Data((help?.output ?? "").utf8)) { add(help.command, []) }
    return (options, flags)
  }()

  private static let allOptions = options.values.reduce(into: Set()) { $0.formUnion($1) }

  @Test(arguments: Setting.allCases)
  func everySettingIsAnOption(setting: Setting) {
    let option = Wording.options.setting(setting)
    #expect(Self.allOptions.contains(option))
    #expect(Wording.options.values([setting: "true"]) == option + (Self.flags.contains(option) ? "" : " true"))
  }

  @Test func valuesCanBeCopiedIntoAShell() {
    #expect(
      Wording.options.values([.attacks: "pgd(steps: 100, restarts: 5)", .objective: "dlr", .startsAtRandom: "true"])
        == "--attack 'pgd(steps: 100, restarts: 5)' --objective dlr --random-start")
    #expect(Wording.options.action(.resume(in: "my run")) == "robust sweep --resume 'my run'")
  }

  @Test(arguments: [
    (Action.listDatasets, "robust data"), (.renderToyNORB, "robust data render toynorb"),
    (.holdOutImages, "robust train --validation N"), (.listModels, "robust models"),
    (.showLayers, "robust models show"), (.showTensors, "robust models show cnn --tensors"),
    (.train(), "robust train"), (.train("cnn"), "robust train --model cnn"),
    (.trainDecoder, "robust train --decoder 512,1024 …"), (.restoreTraining, "--resume"),
    (.seal("a.safetensors"), "robust models seal a.safetensors --output NEW.safetensors"), (.sweep, "robust sweep"),
    (.resume(), "robust sweep --resume"), (.resume(in: "r"), "robust sweep --resume r"),
    (.resume(in: "r", checks: "default"), "robust sweep --resume r --checks default"), (.goOn, "--resume"),
    (.sweepPart(), "robust sweep --shard"), (.sweepPart("2/3"), "robust sweep … --shard 2/3"),
    (.merge, "robust merge"), (.compare, "robust compare"), (.check, "robust check"),
    (.makeBaseline, "robust baseline"), (.writeBaseline, "robust baseline RUN --output FILE"),
    (.searchMinimum, "robust minimum"), (.reproduce, "robust reproduce"),
  ])
  func everyActionIsACommand(action: Action, text: String) throws {
    #expect(Wording.options.action(action) == text)
    let words = text.split(separator: " ").map(String.init)
    let named = Set(words.filter { $0.hasPrefix("--") })
    guard words[0] == "robust" else {
      #expect(!named.isEmpty && named.isSubset(of: Self.allOptions))
      return
    }
    // A word that follows is a command below it, or an argument.
    let deeper = words.count > 2 ? Self.options["\(words[1]) \(words[2])"] : nil
    let known = try #require(deeper ?? Self.options[words[1]])
    #expect(named.isSubset(of: known))
  }

  @Test func librariesNameNoOptions() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    // Custom properties of style sheets, options of another program, and what goes into the hash of images.
    let others = [
      /var\(--\w+\)/, /--\w+:/, /"--format",|"--zoom",|program\) --format/, /"robust images 1:/,
      /python -m tf2onnx\.convert [^`]*`/,
    ]
    var count = 0
    for folder in ["Sources", "Attacks", "Reports"] {
      let names = try #require(FileManager.default.enumerator(atPath: root.appending(path: folder).path))
      for case let name as String in names
      where (name.hasSuffix(".swift") || name.hasSuffix(".mustache")) && !name.hasPrefix("robust/") {
        count += 1
        let text = try String(contentsOf: root.appending(path: "\(folder)/\(name)"), encoding: .utf8)
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where ["--", "robust ", "the same command"].contains(where: line.contains)
          && !line.drop(while: { $0 == " " }).hasPrefix("//")
        {
          let line = others.reduce(String(line)) { $0.replacing($1, with: "") }
          #expect(
            !line.contains(/--[a-z\\]|[`"]robust [a-z]|the same command/),
            "\(folder)/\(name):\(number + 1) names an option or a command")
        }
      }
    }
    #expect(count > 400)
  }
}
