/// What is stored as the text that describes it, and read from that as the command line reads it.
public protocol CodedAsText: Codable, CustomStringConvertible {
  /// - Throws: `InputError` of kind `.usage` for a text that describes none.
  init(parsing text: String) throws
}

extension CodedAsText {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = try? Self(parsing: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no \(Self.self): \(text)")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
