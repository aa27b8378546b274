/// The equation of an `Einsum`: one letter for each axis of each operand, and those of the result.
struct EinsumEquation {
  /// An axis of an operand: one with a name, or one of those that an ellipsis stands for, counted from the innermost.
  enum Label: Hashable {
    case letter(Character)
    case broadcast(Int)
  }

  let operands: [[Label]]
  let result: [Label]

  /// - Throws: if it does not fit operands of `ranks`.
  init(_ text: String, ranks: [Int]) throws {
    let text = String(text.filter { $0 != " " })
    guard text.utf8.count <= 4096, text.allSatisfy({ $0.isASCII }) else { throw Self.malformed(text.prefix(64)) }
    let arrow = text.firstRange(of: "->")
    let left = arrow.map { text[..<$0.lowerBound] } ?? text[...]
    let terms = left.split(separator: ",", omittingEmptySubsequences: false)
    guard terms.count == ranks.count else {
      throw LoweringFailure.invalid("the equation has \(terms.count) operands, not \(ranks.count)")
    }
    operands = try zip(terms, ranks).map { term, rank in
      let (before, after) = try Self.letters(term)
      let hidden = rank - before.count - (after?.count ?? 0)
      guard hidden >= 0, after != nil || hidden == 0 else {
        throw LoweringFailure.invalid("the term “\(term)” for an operand with \(rank) dimensions")
      }
      return before + (0..<hidden).reversed().map { .broadcast($0) } + (after ?? [])
    }
    let all = operands.flatMap { $0 }
    let broadcast = Set(all).count { if case .broadcast = $0 { true } else { false } }
    let ellipsis = (0..<broadcast).reversed().map { Label.broadcast($0) }
    if let arrow {
      let (before, after) = try Self.letters(text[arrow.upperBound...])
      result = after.map { before + ellipsis + $0 } ?? before
    } else {
      // Implicitly: the axes of the ellipsis, then the letters that occur once, in the order of ASCII.
      let letters = Set(all).compactMap { label -> Character? in
        guard case .letter(let letter) = label, all.count(where: { $0 == label }) == 1 else { return nil }
        return letter
      }
      result = ellipsis + letters.sorted().map { .letter($0) }
    }
    guard Set(result).count == result.count, Set(result).isSubset(of: all) else { throw Self.malformed(text[...]) }
  }

  /// The letters before the ellipsis, and those after it if there is one.
  private static func letters(_ term: Substring) throws -> (before: [Label], after: [Label]?) {
    let parts = term.split(separator: "...", maxSplits: 1, omittingEmptySubsequences: false)
    for part in parts { guard part.allSatisfy({ $0.isLetter && $0.isASCII }) else { throw malformed(term) } }
    let labels = parts.map { $0.map { Label.letter($0) } }
    guard let before = labels.first else { return ([], nil) }
    return (before, labels.count > 1 ? labels[1] : nil)
  }

  private static func malformed(_ text: Substring) -> LoweringFailure {
    .invalid("the equation “\(text)” can't be understood")
  }
}
