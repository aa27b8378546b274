import Files

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

  /// Cells that are text already.
  package init(columns: [String], wordColumns: Int = 1, texts: [[String]]) {
    self.init(caption: "", columns: columns, wordColumns: wordColumns, rows: texts.map { $0.map(Cell.text) })
  }

  /// The table with a column more.
  ///
  /// - Precondition: `texts` has one for each row.
  package func inserting(_ column: String, _ texts: [String], at place: Int) -> Table {
    precondition(texts.count == rows.count, "Table “\(caption)”: \(texts.count) cells for \(rows.count) rows")
    var table = self
    table.columns.insert(column, at: place)
    if place <= wordColumns { table.wordColumns += 1 }
    for (row, text) in texts.enumerated() { table.rows[row].insert(.text(text), at: place) }
    return table
  }

  private var texts: [[String]] { rows.map { $0.map(\.text) } }

  /// Rows in blocks, for those who look down columns: the first `words` cells are left out where all of them repeat those above,
  /// and nil, a rule, stands above each row whose first `ruled` cells differ from those above.
  package func blocks(words: Int, ruled: Int) -> [[String]?] {
    var result: [[String]?] = []
    var previous: [String]?
    for row in texts {
      if previous.map({ $0.prefix(ruled) != row.prefix(ruled) }) ?? true { result.append(nil) }
      let isRepeated = previous?.prefix(words) == row.prefix(words)
      result.append(
        (isRepeated ? [String](repeating: "", count: words) : Array(row.prefix(words))) + row.dropFirst(words))
      previous = row
    }
    return result
  }

  /// Aligned text with a rule below the names of the columns.
  package func terminal(width: Int = TextTable.width) -> String {
    TextTable.aligned([columns, nil] + texts, flushRight: wordColumns..., width: width)
  }

  /// Aligned text in `blocks(words:ruled:)`, ruled where their words change unless `ruled` says otherwise.
  package func terminal(width: Int = TextTable.width, words: Int, ruled: Int? = nil) -> String {
    TextTable.aligned(
      [columns] + blocks(words: words, ruled: ruled ?? words), flushRight: wordColumns..., width: width)
  }

  package var markdown: String { MarkdownText.table(header: columns, rows: texts, flushLeft: wordColumns) }

  /// For programs: shares are in [0, 1]; an interval takes two columns, and `Cell.fields` those that it names.
  package var csv: String {
    let header = columns.enumerated().map { column, name in
      rows.lazy.map { $0[column].fields(in: name).map(\.name) }.first { $0 != [name] } ?? [name]
    }
    func values(_ column: Int, _ cell: Cell) -> [String] {
      cell == .none ? header[column].map { _ in "" } : cell.fields(in: columns[column]).map(\.value)
    }
    return CSV.text([header.flatMap(\.self)] + rows.map { $0.enumerated().flatMap { values($0.offset, $0.element) } })
  }
}
