import Diagnostics
import Files

/// Text in lines of limited width.
package enum TextLines {
  /// `text` in lines of at most `width` columns after `indent`, broken at spaces, or after hyphens and slashes in words that are
  /// too long, or anywhere in what is still too long.
  package static func wrapped(_ text: String, width: Int, indent: Int = 0) -> [String] {
    let margin = String(repeating: " ", count: indent)
    let room = max(width - indent, 1)
    var lines: [String] = []
    var line = ""
    var columns = 0
    for word in words(of: PrintableText.line(text)) {
      let pieces = Terminal.columns(of: word) <= room ? [word] : broken(word, room)
      for (index, piece) in pieces.enumerated() {
        let size = Terminal.columns(of: piece)
        let gap = columns > 0 && index == 0 ? 1 : 0
        if columns > 0, columns + gap + size > room {
          lines.append(margin + line)
          (line, columns) = (String(piece), size)
        } else {
          line += (gap == 1 ? " " : "") + piece
          columns += gap + size
        }
      }
    }
    return lines + [margin + line]
  }

  /// What stands between spaces; an option and its value stay together, so that they can be copied.
  private static func words(of text: String) -> [Substring] {
    var words: [Substring] = []
    for word in text.split(separator: " ") {
      if let last = words.last, last.hasPrefix("--"), last.dropFirst(2).allSatisfy({ $0.isLetter || $0 == "-" }) {
        words[words.count - 1] = text[last.startIndex..<word.endIndex]
      } else {
        words.append(word)
      }
    }
    return words
  }

  /// The columns of the widest piece that `text` is broken into before pieces are cut.
  static func widestPiece(of text: String) -> Int {
    text.split(separator: " ").flatMap { broken($0, .max) }.map { Terminal.columns(of: $0) }.max() ?? 0
  }

  /// The pieces of a word, none wider than `room` unless it is one character.
  private static func broken(_ word: Substring, _ room: Int) -> [Substring] {
    var pieces: [Substring] = []
    var start = word.startIndex
    var columns = 0
    for index in word.indices {
      let size = Terminal.columns(of: word[index])
      if columns + size > room, start < index {
        pieces.append(word[start..<index])
        (start, columns) = (index, 0)
      }
      columns += size
      if "-/_,".contains(word[index]) {
        let next = word.index(after: index)
        pieces.append(word[start..<next])
        (start, columns) = (next, 0)
      }
    }
    if start < word.endIndex { pieces.append(word[start...]) }
    return pieces
  }
}
