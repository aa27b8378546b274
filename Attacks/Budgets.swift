import Diagnostics
import Foundation

/// A perturbation budget ε in pixel units of images in [0, 1], with the text it was written as.
public struct Budget: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
  /// As written, `8/255`, or the shortest decimals when it came from a range.
  public let text: String
  public let value: Float

  public init(text: String, value: Float) {
    self.text = text
    self.value = value
  }

  public var description: String { text }

  public static func < (a: Budget, b: Budget) -> Bool { a.value < b.value }
}

/// The budgets of a sweep, ascending, each once.
///
/// Written as numbers (`0.1`), fractions (`8/255`) and ranges (`start:stop:count`, both ends included), joined by commas:
/// `0:0.5:11` is 0, 0.05, …, 0.5.
public struct Budgets: Hashable, Sendable, Codable {
  public let all: [Budget]

  public var values: [Float] { all.map(\.value) }

  /// - Throws: `InputError` of kind `.usage` that names the piece that has no meaning.
  public init(parsing text: String) throws {
    var budgets: [Budget] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      let piece = piece.trimmingCharacters(in: .whitespaces)
      let fields = piece.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      switch fields.count {
      case 1: budgets.append(Budget(text: piece, value: Float(try Self.number(piece, in: piece))))
      case 3: budgets += try Self.range(fields, in: piece)
      default: throw Self.error(piece, "a range has three parts, start:stop:count")
      }
    }
    all = budgets.sorted()
    for (previous, next) in zip(all, all.dropFirst()) where previous.value == next.value {
      throw Self.error(
        next.text, next.text == previous.text ? "it is listed twice" : "it is the same budget as \(previous.text)")
    }
    guard all.count <= Self.maximumCount else {
      throw Self.error(text, "\(all.count) budgets are more than \(Self.maximumCount)")
    }
  }

  private static let maximumCount = 1000

  private static func range(_ fields: [String], in piece: String) throws -> [Budget] {
    let (start, stop) = (try number(fields[0], in: piece), try number(fields[1], in: piece))
    guard let count = Int(fields[2]), (2...maximumCount).contains(count) else {
      throw error(piece, "the count “\(fields[2])” is not a whole number from 2 to \(maximumCount)")
    }
    guard start < stop else { throw error(piece, "the range does not ascend") }
    return (0..<count).map { index in
      let value = Float(start + (stop - start) * Double(index) / Double(count - 1))
      return Budget(text: value == 0 ? "0" : value == 1 ? "1" : "\(value)", value: value)
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

  /// A decimal number or a fraction, in [0, 1].
  private static func number(_ text: String, in piece: String) throws -> Double {
    guard !text.isEmpty else { throw error(piece, "a number is missing") }
    let value = exactValue(of: text)
    guard let value, value.isFinite else { throw error(piece, "“\(text)” is not a number") }
    guard value >= 0 else { throw error(piece, "a budget cannot be negative") }
    guard value <= 1 else {
      throw error(piece, "a budget is at most 1, the whole range of a pixel; write levels of 8 bits as 8/255")
    }
    // Not −0, which prints with its sign.
    return value == 0 ? 0 : value
  }

  private static func error(_ piece: String, _ problem: String) -> InputError {
    InputError(
      .usage, "--epsilon “\(piece)”", problem,
      remedy: "for example --epsilon 0:0.5:11 (start:stop:count), 1/255,8/255 or 0.1")
  }
}
