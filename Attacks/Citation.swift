/// A work that something rests on.
public struct Citation: Hashable, Sendable {
  /// Its key in BibTeX.
  public let key: String
  /// Its type in BibTeX.
  public let kind: String
  /// Authors and year, as text cites it.
  public let short: String
  /// Names and values, in the order of the entry.
  public let fields: [[String]]

  public init(_ key: String, _ kind: String, short: String, _ fields: [[String]]) {
    (self.key, self.kind, self.short, self.fields) = (key, kind, short, fields)
  }
}
