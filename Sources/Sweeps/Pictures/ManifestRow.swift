import Files

/// A line of a manifest: named values in their order, of which a CSV and a JSON file are made.
package struct ManifestRow: Encodable, Sendable {
  /// Text, a number, a truth value or, of what is in JSON only, anything else; nil if there is none.
  package typealias Value = (any Encodable & Sendable)?

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  package var fields: [(name: String, value: Value)]

  package init(_ fields: [(name: String, value: Value)]) { self.fields = fields }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (name, value) in fields {
      let key = Key(stringValue: name)
      if let value { try container.encode(value, forKey: key) } else { try container.encodeNil(forKey: key) }
    }
  }

  /// The names as a line of CSV.
  package var header: String { CSV.line(fields.map(\.name)) }

  /// The values as a line of CSV.
  package var line: String {
    CSV.line(
      fields.map { _, value in
        switch value {
        case let number as Double where number == number.rounded() && abs(number) < 1e9: "\(Int(number))"
        case let value?: "\(value)"
        case nil: ""
        }
      })
  }

  /// The value called `name`, which has to be there.
  package subscript(name: String) -> Value {
    get { fields.first { $0.name == name }!.value }
    set { fields[fields.firstIndex { $0.name == name }!].value = newValue }
  }
}
