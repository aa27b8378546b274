/// Text in columns, two spaces apart.
package enum TextTable {
  /// Columns as wide as their widest cell: those in `flushRight`, numbers, flush right, the others flush left; nil is a rule.
  package static func aligned(_ rows: [[String]?], flushRight: some RangeExpression<Int>) -> String {
    let columns = rows.compactMap { $0?.count }.max() ?? 0
    let widths = (0..<columns).map { column in rows.compactMap { $0?[column].count }.max() ?? 0 }
    let rule = String(repeating: "─", count: widths.reduce(0, +) + 2 * (columns - 1))
    return rows.map { row in
      guard let row else { return rule }
      let cells = row.enumerated().map { column, text in
        let padding = String(repeating: " ", count: widths[column] - text.count)
        return flushRight.contains(column) ? padding + text : text + padding
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n") + "\n"
  }
}
