/// The names of one kind of thing: those that exist, what else people call them, and what to say of those that do not.
public struct Vocabulary: Sendable {
  /// What is said of names that stand for something else.
  public struct Hint: Sendable {
    let beginnings: [String]
    let text: String

    /// - Parameter beginnings: how such names begin, whatever follows.
    public init(_ beginnings: String..., text: String) {
      self.beginnings = beginnings.map(Vocabulary.folded)
      self.text = text
    }
  }

  /// What the things are called in messages: `attack`.
  public let what: String
  public let names: [String]
  /// By another name of the same thing, its name here.
  public let synonyms: [String: String]
  public let hints: [Hint]

  public init(_ what: String, names: [String], synonyms: [String: String] = [:], hints: [Hint] = []) {
    self.what = what
    self.names = names
    self.synonyms = synonyms
    self.hints = hints
  }

  /// The name that `text` stands for, whatever its capitals, hyphens, underscores and spaces; nil if it is none.
  public func name(for text: String) -> String? {
    if names.contains(text) { return text }
    let wanted = Self.folded(text)
    guard !wanted.isEmpty else { return nil }
    return names.first { Self.folded($0) == wanted } ?? synonyms.first { Self.folded($0.key) == wanted }?.value
  }

  /// The name that `text` stands for.
  /// - Throws: `InputError` of `kind` about `subject` that says what comes nearest in meaning, or in spelling.
  public func name(for text: String, _ kind: InputError.Kind, _ subject: String) throws -> String {
    guard let name = name(for: text) else { throw unknown(text, kind, subject) }
    return name
  }

  /// The error for a name that stands for nothing here.
  public func unknown(_ text: String, _ kind: InputError.Kind, _ subject: String) -> InputError {
    InputError(
      kind, subject, "there is no \(what) called “\(text)”",
      remedy: "\(advice(on: text).map { $0 + " " } ?? "")known: \(names.joined(separator: ", "))")
  }

  /// What comes nearest to `text` in meaning, else in spelling, as a sentence.
  public func advice(on text: String) -> String? {
    let wanted = Self.folded(text)
    if !wanted.isEmpty, let hint = hints.first(where: { $0.beginnings.contains { wanted.hasPrefix($0) } }) {
      return hint.text + ";"
    }
    if let name = name(for: text) { return "did you mean \(name)?" }
    // A slip in another name is a slip all the same.
    var near: [String] = []
    for known in [names.map { ($0, $0) }, synonyms.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }] {
      let spellings = Dictionary(known.map { (Self.folded($0.0), $0.1) }, uniquingKeysWith: { first, _ in first })
      let candidates = NearMatch.candidates(for: wanted, among: known.map { Self.folded($0.0) })
      for name in candidates.compactMap({ spellings[$0] }) where !near.contains(name) { near.append(name) }
    }
    return near.isEmpty ? nil : "did you mean \(near.joined(separator: " or "))?"
  }

  /// Letters and digits alone, in small letters.
  static func folded(_ text: String) -> String {
    String(text.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || $0.properties.numericType != nil })
  }
}
