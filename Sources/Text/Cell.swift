import Foundation

/// One entry of a table: what people read, and the number it stands for.
public enum Cell: Sendable, Hashable {
  case text(String)
  case count(Int)
  /// A share of a whole, shown in percent, stored in [0, 1].
  case share(Double)
  /// A share that a paper states, with its digits.
  case stated(percent: Double)
  /// The 95% Wilson interval of a share.
  case interval(Double, Double)
  /// A number with so many significant digits.
  case number(Double, digits: Int)
  case probability(Double)
  /// A difference of shares, shown in percentage points.
  case points(Double)
  /// Text that takes columns of its own in files, whatever the table calls its column.
  case fields(String, [Field])
  case none

  /// A value with the name of its column in a file.
  public struct Field: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What people read.
  package var text: String {
    switch self {
    case .text(let text), .fields(let text, _): text
    case .count(let count): NumberFormat.grouped(count)
    case .share(let share): NumberFormat.percent(share, decimals: Self.decimals(of: share))
    case .stated(let percent): "\(percent)%".replacing(".0%", with: "%")
    case .interval(let lower, let upper): Self.interval(lower, upper)
    case .number(let value, let digits): Self.significant(value, digits)
    case .probability(let value): NumberFormat.probability(value)
    case .points(let value): NumberFormat.signed(value * 100, 1)
    case .none: "–"
    }
  }

  /// For files that programs read, in a column called `name`; an interval takes two fields.
  package func fields(in name: String) -> [Field] {
    switch self {
    case .text(let text): [Field(name, text)]
    case .count(let count): [Field(name, "\(count)")]
    case .share(let value), .number(let value, _), .probability(let value), .points(let value):
      [Field(name, "\(value)")]
    case .stated(let percent): [Field(name, "\(percent / 100)")]
    case .interval(let lower, let upper): [Field("\(name) lower", "\(lower)"), Field("\(name) upper", "\(upper)")]
    case .fields(_, let fields): fields
    case .none: [Field(name, "")]
    }
  }

  /// Error rates below 10% are given to a tenth of a percent, as the paper does, and to a hundredth below 1%.
  private static func decimals(of share: Double) -> Int { share > 0 && share < 0.01 ? 2 : 1 }

  /// `28.4–34.1`, in percent.
  package static func interval(_ lower: Double, _ upper: Double) -> String {
    NumberFormat.fixed(lower * 100, 1) + "–" + NumberFormat.fixed(upper * 100, 1)
  }

  private static func significant(_ value: Double, _ digits: Int) -> String {
    guard value != 0, value.isFinite else { return value == 0 ? "0" : "\(value)" }
    let magnitude = Int(log10(abs(value)).rounded(.down))
    guard (-4...6).contains(magnitude) else { return String(format: "%.\(digits - 1)e", value) }
    return NumberFormat.fixed(value, max(0, digits - 1 - magnitude))
  }
}

extension Cell: Codable {
  /// Numbers stay numbers, text stays text, an interval is a pair, and nothing is null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text), .fields(let text, _): try container.encode(text)
    case .count(let count): try container.encode(count)
    case .share(let value), .number(let value, _), .probability(let value), .points(let value):
      try container.encode(value)
    case .stated(let percent): try container.encode(percent / 100)
    case .interval(let lower, let upper): try container.encode([lower, upper])
    case .none: try container.encodeNil()
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .none
    } else if let pair = try? container.decode([Double].self), pair.count == 2 {
      self = .interval(pair[0], pair[1])
    } else if let count = try? container.decode(Int.self) {
      self = .count(count)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value, digits: 3)
    } else {
      self = .text(try container.decode(String.self))
    }
  }
}
