import Foundation

/// Names for files and folders, made of what people call things.
package enum FileName {
  /// The most bytes of such a name: with what is put before and after it, it stays below the 255 of all file systems.
  package static let limit = 100

  /// `text` as part of a name: ASCII letters, digits, `.`, `-` and `_`, and no more than `limit` bytes.
  ///
  /// Other characters become `-`. Where letters of other scripts are lost, or the end of a long text, a hash of the whole
  /// follows, so that different texts stay different.
  package static func safe(_ text: String) -> String {
    let safe = String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) || ".-_".contains($0) ? $0 : "-" })
    let isKept = safe.utf8.count <= limit && text.allSatisfy(\.isASCII)
    return isKept ? safe : "\(safe.prefix(limit - 9))-\(hash(text))"
  }

  /// Safe names for `texts`, each once, also where capitals and small letters are the same.
  package static func distinct(_ texts: [String], isReserved: (String) -> Bool = { _ in false }) -> [String] {
    var taken = Set<String>()
    return texts.map { text in
      var name = safe(text)
      if isReserved(name) { name = shortened("model-" + name, to: limit) }
      var unique = name
      var number = 2
      while !taken.insert(unique.lowercased()).inserted {
        unique = "\(name)-\(number)"
        number += 1
      }
      return unique
    }
  }

  /// `name` if it has at most `limit` bytes, else its beginning and a hash of the whole.
  package static func shortened(_ name: String, to limit: Int) -> String {
    guard name.utf8.count > limit else { return name }
    var start = ""
    for character in name {
      guard start.utf8.count + character.utf8.count <= limit - 9 else { break }
      start.append(character)
    }
    return "\(start)-\(hash(name))"
  }

  private static func hash(_ text: String) -> Substring { Checksum.sha256(of: Data(text.utf8)).prefix(8) }
}
