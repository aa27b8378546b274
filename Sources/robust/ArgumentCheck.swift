import ArgumentParser
import Diagnostics
import Foundation

/// What the argument parser lets pass, or answers with less than it could: names of commands and options that do not exist,
/// and options that are given several times, of which it would keep the last.
struct ArgumentCheck {
  /// One option of a command, as its own help describes it.
  struct Option: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String

      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    let kind: String
    let names: [Name]?
    let isRepeating: Bool
    let parsingStrategy: String

    var takesValue: Bool { kind == "option" }
    /// What messages call it: its long name.
    var title: String { (names?.first { $0.kind == "long" } ?? names?.first)?.text ?? "" }
  }

  /// Asked for by these, the parser answers before it looks at anything else.
  private static let requests: Set = [
    "-h", "--help", "--help-hidden", "--version", "--generate-completion-script", "--experimental-dump-help",
    "---completion",
  ]

  /// The arguments with repeated lists joined by commas: `--attack fgsm --attack bim` is `--attack fgsm,bim`.
  ///
  /// - Throws: `InputError(.usage)` for a command or option that does not exist, with what comes nearest, and for an option
  ///   of a single value that is given more than once.
  static func checked(_ arguments: [String], of root: any ParsableCommand.Type) throws -> [String] {
    let own = arguments.prefix { $0 != "--" }
    let isRequest = own.contains { argument in
      requests.contains(argument) || requests.contains { argument.hasPrefix($0 + "=") }
    }
    if isRequest { return arguments }
    if arguments.first == "help" {
      _ = try command(root, Array(arguments.dropFirst()))
      return arguments
    }
    let (found, path, used) = try command(root, arguments)
    return try ArgumentCheck(command: path.joined(separator: " "), type: found, root: root)
      .checked(arguments, from: used)
  }

  /// The command that `arguments` name, what it is called, and how many of them are its name.
  private static func command(
    _ root: any ParsableCommand.Type, _ arguments: [String]
  ) throws -> (any ParsableCommand.Type, path: [String], used: Int) {
    var found = root
    var path = [root._commandName]
    for argument in arguments {
      let subcommands = found.configuration.subcommands
      guard !subcommands.isEmpty, !argument.hasPrefix("-") else { break }
      guard let next = subcommands.first(where: { $0._commandName == argument }) else {
        let vocabulary = CommandNames.vocabulary(subcommands.map { $0._commandName })
        throw vocabulary.unknown(argument, .usage, path.joined(separator: " "))
      }
      found = next
      path.append(argument)
    }
    let used = path.count - 1
    if let fallback = found.configuration.defaultSubcommand { found = fallback }
    return (found, path, used)
  }

  private let command: String
  private let root: any ParsableCommand.Type
  private let options: [Option]

  private init(command: String, type: any ParsableCommand.Type, root: any ParsableCommand.Type) throws {
    self.command = command
    self.root = root
    options = try Self.options(of: type)
  }

  private static func options(of type: any ParsableCommand.Type) throws -> [Option] {
    struct Tool: Decodable {
      struct Command: Decodable { let arguments: [Option]? }
      let command: Command
    }
    let tool = try JSONDecoder().decode(Tool.self, from: Data(type._dumpHelp().utf8))
    return (tool.command.arguments ?? []).filter { $0.kind != "positional" }
  }

  /// The arguments after the first `used`, with lists joined.
  private func checked(_ arguments: [String], from used: Int) throws -> [String] {
    var result = Array(arguments[..<used])
    /// By option: where its value stands in `result`, and all that were given.
    var given: [String: (place: Int, values: [String])] = [:]
    var index = used
    while index < arguments.count {
      let argument = arguments[index]
      index += 1
      if argument == "--" {
        result += arguments[(index - 1)...]
        break
      }
      guard argument.hasPrefix("-"), argument != "-", Double(argument) == nil else {
        result.append(argument)
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let option = options.first(where: { $0.names?.contains { $0.text == parts[0] } ?? false }) else {
        throw unknown(parts[0])
      }
      var value = parts.count == 2 ? parts[1] : nil
      if option.takesValue, value == nil, index < arguments.count,
        option.parsingStrategy == "unconditional" || !arguments[index].hasPrefix("-") || arguments[index] == "-"
      {
        value = arguments[index]
        index += 1
      }
      guard option.takesValue, let value else {
        result.append(argument)
        continue
      }
      guard let earlier = given[option.title] else {
        result += [parts[0], value]
        given[option.title] = (result.count - 1, [value])
        continue
      }
      if option.isRepeating {
        result += [parts[0], value]
        continue
      }
      let values = earlier.values + [value]
      guard CommandNames.isList(option.title, of: command) else {
        throw InputError(
          .usage, option.title, "it is given more than once: \(values.joined(separator: ", then "))",
          remedy: "give it once")
      }
      result[earlier.place] = values.joined(separator: ",")
      given[option.title] = (earlier.place, values)
    }
    return result
  }

  private func unknown(_ name: String) -> InputError {
    let known = options.map(\.title)
    let vocabulary = CommandNames.vocabulary(ofOptions: known)
    var advice = vocabulary.advice(on: name)
    if advice == nil {
      let others = root.configuration.subcommands.filter { type in
        (try? Self.options(of: type))?.contains { $0.names?.contains { $0.text == name } ?? false } ?? false
      }
      if !others.isEmpty {
        let names = others.map { "\(root._commandName) \($0._commandName)" }
        advice = "it is an option of \(names.joined(separator: ", "));"
      }
    }
    return InputError(
      .usage, "\(command) \(name)", "there is no such option",
      remedy: "\(advice.map { $0 + " " } ?? "")known: \(known.joined(separator: ", "))")
  }
}
