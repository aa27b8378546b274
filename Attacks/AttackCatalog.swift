import Diagnostics

/// The attacks by name: a new one is a file of its own and a line here.
public enum AttackCatalog {
  public static let all: [any Attack.Type] = [
    FGSM.self, BIM.self, PGD.self, UniformNoise.self, GaussianNoise.self,
  ]

  public static var names: [String] { all.map { $0.profile.name } }

  /// The attack of a profile's name.
  static func type(named name: String) -> (any Attack.Type)? { all.first { $0.profile.name == name } }

  /// The profile of an attack that a run recorded as `name`; nil if this version has no such attack.
  package static func profile(of name: String) -> AttackProfile? { type(named: name)?.profile }

  /// An attack as `text` writes it, which is how attacks print themselves: `pgd`, `pgd(steps: 40, restarts: 5)`.
  ///
  /// - Parameter defaults: hyperparameters by name for those that `text` does not give; an attack takes those that it has.
  /// - Throws: `InputError` of kind `.usage` for an unknown name or hyperparameter, or a value without meaning.
  public static func attack(parsing text: String, defaults: [(name: String, value: String)] = []) throws -> any Attack {
    let (name, given) = try parts(of: text)
    let type = type(named: try vocabulary.name(for: name, .usage, "\(Setting.attacks)"))!
    let known = type.profile.arguments
    var values: [(name: String, value: String)] = []
    for (written, value) in given {
      guard let name = known.first(where: { $0.lowercased() == written.lowercased() }) else {
        throw NearMatch.unknown(
          .usage, "\(Setting.attacks) “\(text)”", written, what: "hyperparameter of \(type.profile.name)", among: known)
      }
      guard !values.contains(where: { $0.name == name }) else {
        throw InputError(.usage, "\(Setting.attacks) “\(text)”", "\(name) is given twice", remedy: "give it once")
      }
      values.append((name, value))
    }
    // Both say how long a step is.
    let lengths = ["relativeStepSize", "stepSize"]
    let isLengthGiven = values.contains { lengths.contains($0.name) }
    for (name, value) in defaults
    where known.contains(name) && !values.contains(where: { $0.name == name })
      && !(isLengthGiven && lengths.contains(name))
    {
      values.append((name, value))
    }
    var arguments = AttackArguments(
      values, of: given.isEmpty ? type.profile.name : "\(Setting.attacks) “\(text)”", kind: .usage)
    return try type.init(&arguments)
  }

  /// The attacks of a list separated by commas, those inside parentheses excepted; each once.
  /// - Throws: `InputError` of kind `.usage` as `attack(parsing:)`, and for one that is listed twice.
  public static func attacks(
    parsing text: String, defaults: [(name: String, value: String)] = []
  ) throws -> [any Attack] {
    let attacks = try pieces(of: text).map { try attack(parsing: $0, defaults: defaults) }
    for (index, attack) in attacks.enumerated()
    where attacks[..<index].contains(where: { $0.description == attack.description }) {
      throw InputError(.usage, .attacks, "“\(attack.description)” is listed twice", remedy: "list each attack once")
    }
    return attacks
  }

  /// The attack called `name` whose `parameters` are these: what a run recorded of it, made again.
  ///
  ///     AttackCatalog.attack(named: a.name, parameters: a.parameters)  is  a
  ///
  /// - Throws: `InputError` of kind `.file` if there is no such attack, or if it would print other parameters.
  public static func attack(named name: String, parameters: [AttackParameter]) throws -> any Attack {
    let printed = "\(name)(\(parameters.map { "\($0.name): \($0.value)" }.joined(separator: ", ")))"
    var arguments = AttackArguments(parameters.map { ($0.name, $0.value) }, of: printed, kind: .file)
    guard let attack = try? type(named: name)?.init(&arguments), arguments.names.isEmpty,
      attack.parameters == parameters
    else {
      throw InputError(
        .file, printed, "is no attack that this version of robust can make again",
        remedy: "use the version of robust that made the run")
    }
    return attack
  }

  // MARK: - Text

  /// `text` at its commas outside parentheses.
  private static func pieces(of text: String) throws -> [String] {
    var (pieces, depth) = ([""], 0)
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      guard (0...1).contains(depth) else { throw unbalanced(text) }
      if character == ",", depth == 0 { pieces.append("") } else { pieces[pieces.count - 1].append(character) }
    }
    guard depth == 0 else { throw unbalanced(text) }
    return pieces.map(trimmed)
  }

  /// The name of an attack and what its parentheses hold.
  private static func parts(of text: String) throws -> (name: String, given: [(name: String, value: String)]) {
    guard let open = text.firstIndex(of: "(") else { return (trimmed(text), []) }
    guard let close = text.lastIndex(of: ")"), trimmed(String(text[text.index(after: close)...])).isEmpty else {
      throw unbalanced(text)
    }
    let inner = trimmed(String(text[text.index(after: open)..<close]))
    guard !inner.isEmpty else { return (trimmed(String(text[..<open])), []) }
    let given = try inner.split(separator: ",", omittingEmptySubsequences: false).map { piece in
      let halves = piece.split(separator: ":", maxSplits: 1).map { trimmed(String($0)) }
      guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }) else {
        throw InputError(
          .usage, "\(Setting.attacks) “\(text)”", "“\(trimmed(String(piece)))” is no hyperparameter with a value",
          remedy: "write them as reports print them, for example 'pgd(steps: 40, restarts: 5)'")
      }
      return (halves[0], halves[1])
    }
    return (trimmed(String(text[..<open])), given)
  }

  private static func trimmed(_ text: String) -> String { text.split(separator: " ").joined(separator: " ") }

  private static func unbalanced(_ text: String) -> InputError {
    InputError(
      .usage, "\(Setting.attacks) “\(text)”", "its parentheses do not match",
      remedy: "write an attack as reports print it, for example 'pgd(steps: 40, restarts: 5)'")
  }
}
