import Diagnostics
import Foundation

/// A perturbation budget ε in the unit of a norm, for images in [0, 1], with the text it was written as.
///
/// Budgets of one value are equal however they were written: `0.1` is `1e-1`.
public struct Budget: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  /// As written, `8/255`, or the shortest decimals when it came from a range.
  public var text: String
  public var value: Float

  public init(text: String, value: Float) {
    self.text = text
    self.value = value
  }

  public var description: String { text }

  public static func == (a: Budget, b: Budget) -> Bool { a.value == b.value }

  public static func < (a: Budget, b: Budget) -> Bool { a.value < b.value }

  public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

/// The budgets of a sweep, ascending, each once.
///
/// Written as numbers (`0.1`), fractions (`8/255`) and ranges (`start:stop:count`, both ends included), joined by commas:
/// `0:0.5:11` is 0, 0.05, …, 0.5.
public struct BudgetList: Hashable, Sendable, Codable {
  public let all: [Budget]

  public var values: [Float] { all.map(\.value) }

  /// - Throws: `InputError` of kind `.usage` that names the piece that has no meaning.
  public init(parsing text: String, norm: any Norm) throws {
    var budgets: [Budget] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      let piece = piece.trimmingCharacters(in: .whitespaces)
      let fields = piece.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      switch fields.count {
      case 1: budgets.append(Budget(text: piece, value: Float(try Self.number(piece, in: piece, norm))))
      case 3: budgets += try Self.range(fields, in: piece, norm)
      default: throw Self.error(piece, "a range has three parts, start:stop:count", norm)
      }
    }
    all = budgets.sorted()
    for (previous, next) in zip(all, all.dropFirst()) where previous.value == next.value {
      throw Self.error(
        next.text, next.text == previous.text ? "it is listed twice" : "it is the same budget as \(previous.text)", norm
      )
    }
    guard all.count <= Self.maximumCount else {
      throw Self.error(text, "\(all.count) budgets are more than \(Self.maximumCount)", norm)
    }
  }

  private static let maximumCount = 1000

  private static func range(_ fields: [String], in piece: String, _ norm: any Norm) throws -> [Budget] {
    let (start, stop) = (try number(fields[0], in: piece, norm), try number(fields[1], in: piece, norm))
    guard let count = Int(fields[2]), (2...maximumCount).contains(count) else {
      throw error(piece, "the count “\(fields[2])” is not a whole number from 2 to \(maximumCount)", norm)
    }
    guard start < stop else { throw error(piece, "the range does not ascend", norm) }
    return try (0..<count).map { index in
      let exact = start + (stop - start) * Double(index) / Double(count - 1)
      if let problem = norm.problem(ofBudget: exact) { throw error(piece, problem, norm) }
      let value = Float(exact)
      let isWhole = value == value.rounded() && value < 1e6
      return Budget(text: isWhole ? "\(Int(value))" : "\(value)", value: value)
    }
  }

  /// The number nearest to what `text`, a decimal number or a fraction, says: `8/255` is 8.0 / 255.0; nil if it says none.
  package static func exactValue(of text: String) -> Double? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) }
    switch parts.count {
    case 1: return parts[0]
    case 2: if let top = parts[0], let bottom = parts[1], bottom != 0 { return top / bottom } else { return nil }
    default: return nil
    }
  }

  /// A decimal number or a fraction that is a budget of `norm`.
  private static func number(_ text: String, in piece: String, _ norm: any Norm) throws -> Double {
    guard !text.isEmpty else { throw error(piece, "a number is missing", norm) }
    let value = exactValue(of: text)
    guard let value, value.isFinite else { throw error(piece, "“\(text)” is not a number", norm) }
    guard value >= 0 else { throw error(piece, "a budget cannot be negative", norm) }
    if let problem = norm.problem(ofBudget: value) { throw error(piece, problem, norm) }
    // Not −0, which prints with its sign.
    return value == 0 ? 0 : value
  }

  private static func error(_ piece: String, _ problem: String, _ norm: any Norm) -> InputError {
    InputError(
      .usage, "\(Setting.budgets) “\(piece)”", problem,
      remedy: "for example \(Setting.budgets.set(to: norm.budgetExamples))")
  }
}
