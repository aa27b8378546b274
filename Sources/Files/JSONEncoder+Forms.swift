package import Foundation

/// Equal values have equal bytes in both forms: keys are sorted, and slashes are left as they are.
extension JSONEncoder {
  /// Without white space, for hashes and the cells of tables.
  package static var compact: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  /// One value a line, for files that people read.
  package static var readable: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return encoder
  }
}
