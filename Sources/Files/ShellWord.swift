/// A word of a command that is shown to be copied into a shell.
package enum ShellWord {
  /// `word` as a POSIX shell reads it back: as it is, or in single quotes.
  package static func quoted(_ word: String) -> String {
    let plain = word.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789_-./=:@%+,".unicodeScalars.contains(scalar))
    }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
