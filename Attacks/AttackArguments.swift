public import Diagnostics

/// The hyperparameters of one attack as text, from which it takes those that it has.
public struct AttackArguments: Sendable {
  /// What they are of, as errors name it: the attack as it was written.
  public let subject: String
  /// What kind of error a wrong one is: `.usage` if a person wrote it, `.file` if a run recorded it.
  public let kind: InputError.Kind
  private var values: [(name: String, value: String)]

  public init(_ values: [(name: String, value: String)], of subject: String, kind: InputError.Kind) {
    (self.values, self.subject, self.kind) = (values, subject, kind)
  }

  /// Those that nobody has taken yet.
  public var names: [String] { values.map(\.name) }

  /// Takes the value called `name`, if it is there.
  public mutating func text(_ name: String) -> String? {
    guard let index = values.firstIndex(where: { $0.name == name }) else { return nil }
    return values.remove(at: index).value
  }

  /// Takes a whole number.
  /// - Throws: `InputError` if it is none, or not in `range`.
  public mutating func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = text(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw wrong(name, text, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// Takes a number.
  /// - Throws: `InputError` if it is none, or does not meet `condition`, which `expected` says in words.
  public mutating func number(
    _ name: String, expected: String, where condition: (Float) -> Bool
  ) throws -> Float? {
    guard let text = text(name) else { return nil }
    guard let value = Float(text), value.isFinite, condition(value) else { throw wrong(name, text, expected) }
    return value
  }

  /// Takes `true` or `false`.
  public mutating func flag(_ name: String) throws -> Bool? {
    guard let text = text(name) else { return nil }
    guard let value = Bool(text) else { throw wrong(name, text, "true or false") }
    return value
  }

  /// Takes what an attack climbs: cross-entropy, if nothing else is said.
  public mutating func objective() throws -> Objective {
    guard let text = text("objective") else { return .crossEntropy }
    let name = try Objective.vocabulary.name(for: text, kind, subject)
    return Objective(rawValue: name)!
  }

  /// The error for a value without meaning.
  public func wrong(_ name: String, _ value: String, _ expected: String) -> InputError {
    InputError(
      kind, subject, "\(name) is \(value); expected \(expected)",
      remedy: kind == .file ? "use the version of robust that made it" : "write \(name) as \(expected)")
  }
}
