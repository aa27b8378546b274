import Files
import Reports

/// Rows of numbers under names, with a caption.
public struct Table: Codable, Sendable, Hashable {
  public var caption: String
  public var columns: [String]
  /// How many columns, from the left, hold words.
  public var wordColumns: Int
  public var rows: [[Cell]]

  /// - Precondition: every row has a cell for each column.
  public init(caption: String, columns: [String], wordColumns: Int = 1, rows: [[Cell]]) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "Table “\(caption)”: a row does not fit \(columns)")
    self.caption = caption
    self.columns = columns
    self.wordColumns = wordColumns
    self.rows = rows
  }

  var terminal: String {
    TextTable.aligned([columns, nil] + rows.map { $0.map(\.text) }, flushRight: wordColumns...)
  }

  package var markdown: String {
    MarkdownReport.table(header: columns, rows: rows.map { $0.map(\.text) }, flushLeft: wordColumns)
  }

  /// Shares are in [0, 1]; an interval takes two columns.
  package var csv: String {
    let isInterval = columns.indices.map { column in
      rows.contains { if case .interval = $0[column] { true } else { false } }
    }
    func fields(_ column: Int, _ cell: Cell) -> [String] {
      isInterval[column] && cell == .none ? ["", ""] : cell.fields
    }
    let header = columns.enumerated().flatMap { index, name in
      isInterval[index] ? ["\(name) lower", "\(name) upper"] : [name]
    }
    return CSV.text([header] + rows.map { $0.enumerated().flatMap { fields($0.offset, $0.element) } })
  }
}
