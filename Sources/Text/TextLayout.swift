import Files

/// The cells of a table that is fitted to a width.
struct TextLayout {
  /// A row of cells; one cell alone is a heading; nil is a rule.
  private let rows: [[String]?]
  private let flushRight: [Bool]
  let naturalWidths: [Int]
  /// What columns can be narrowed to: numbers to the longest of them and of the words above, words to the longest or ten.
  let narrowest: [Int]

  private static let leastWords = 10

  init(_ rows: [[String]?], flushRight: [Bool]) {
    self.rows = rows
    self.flushRight = flushRight
    let body = rows.compactMap(\.self).filter { $0.count == flushRight.count }
    naturalWidths = flushRight.indices.map { column in body.map { Terminal.columns(of: $0[column]) }.max() ?? 0 }
    narrowest = flushRight.enumerated().map { column, isNumber in
      let cells = body.map { $0[column] }
      guard isNumber, let header = cells.first else {
        return min(cells.map { Terminal.columns(of: $0) }.max() ?? 0, Self.leastWords)
      }
      let numbers = cells.dropFirst().map { Terminal.columns(of: $0) }.max() ?? 0
      return max(numbers, TextLines.widestPiece(of: header))
    }
  }

  var naturalWidth: Int { Self.total(naturalWidths) }

  private static func total(_ widths: [Int]) -> Int { widths.reduce(0, +) + 2 * max(widths.count - 1, 0) }

  /// The rows without their first `words` cells, which stand as headings above the rows that have them; nil if every row has
  /// them, so that they are no blocks.
  static func headed(_ rows: [[String]?], words: Int) -> [[String]?]? {
    guard words > 0, rows.contains(where: { row in row.map { $0[0].isEmpty } ?? false }) else { return nil }
    var result: [[String]?] = []
    var isFirst = true
    for row in rows {
      guard let row else {
        result.append(nil)
        continue
      }
      let heading = row[..<words].filter { !$0.isEmpty }.joined(separator: ", ")
      if !isFirst, !heading.isEmpty { result.append([heading]) }
      isFirst = false
      result.append(Array(row[words...]))
    }
    return result
  }

  /// Widths that sum up to `width`, taken from the widest columns first; nil if they can't be narrowed so far.
  func folded(to width: Int) -> [Int]? {
    var widths = naturalWidths
    guard Self.total(narrowest) <= width else { return nil }
    while Self.total(widths) > width {
      let column = widths.indices.filter { widths[$0] > narrowest[$0] }.max { widths[$0] < widths[$1] }!
      widths[column] -= 1
    }
    return widths
  }

  /// The table in parts, each of which can be folded to `width`: all of them begin with the first column.
  func parts(_ width: Int) -> [TextLayout] {
    var parts: [[Int]] = [[0]]
    for column in flushRight.indices.dropFirst() {
      let columns = parts[parts.count - 1] + [column]
      if columns.count > 2, Self.total(columns.map { narrowest[$0] }) > width {
        parts.append([0, column])
      } else {
        parts[parts.count - 1] = columns
      }
    }
    return parts.map { columns in
      TextLayout(
        rows.map { row in row.map { row in columns.map { row[$0] } } }, flushRight: columns.map { flushRight[$0] })
    }
  }

  /// The table in columns of `widths`; headings may be wider.
  func text(_ widths: [Int], heading: Int = TextTable.width) -> String {
    let rule = String(repeating: "─", count: Self.total(widths))
    var lines: [String] = []
    for row in rows {
      guard let row else {
        lines.append(rule)
        continue
      }
      guard row.count == widths.count else {
        lines += TextLines.wrapped(row[0], width: heading)
        continue
      }
      let cells = zip(row, widths).map { text, width in
        Terminal.columns(of: text) <= width ? [text] : TextLines.wrapped(text, width: max(width, 1))
      }
      for line in 0..<(cells.map(\.count).max() ?? 0) {
        let texts = cells.enumerated().map { column, cell in
          let text = line < cell.count ? cell[line] : ""
          let padding = String(repeating: " ", count: max(widths[column] - Terminal.columns(of: text), 0))
          return flushRight[column] ? padding + text : text + padding
        }
        let joined = texts.joined(separator: "  ")
        lines.append(String(joined.reversed().drop { $0 == " " }.reversed()))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
