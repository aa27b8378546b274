/// Columns as wide as their widest cell, two spaces apart; those in `rightAligned` end at the same place.
func alignedTable(_ rows: [[String]], rightAligned: Set<Int>) -> String {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
  return rows.map { row in
    row.enumerated().map { column, cell in
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      if rightAligned.contains(column) { return padding + cell }
      return column == columns - 1 ? cell : cell + padding
    }.joined(separator: "  ")
  }.joined(separator: "\n")
}
