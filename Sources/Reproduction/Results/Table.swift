import Files
import Text

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
    MarkdownText.table(header: columns, rows: rows.map { $0.map(\.text) }, flushLeft: wordColumns)
  }

  /// Shares are in [0, 1]; an interval takes two columns, and so do attacks and ε, called as in the tables of runs.
  package var csv: String {
    let header = columns.enumerated().map { column, name in
      rows.lazy.compactMap { $0[column].pair(name) }.first ?? [name]
    }
    func fields(_ column: Int, _ cell: Cell) -> [String] {
      header[column].count == 2 && cell == .none ? ["", ""] : cell.fields
    }
    return CSV.text([header.flatMap(\.self)] + rows.map { $0.enumerated().flatMap { fields($0.offset, $0.element) } })
  }
}

extension Cell {
  /// What two columns of a file are called for a column called `name`; nil if one is enough.
  fileprivate func pair(_ name: String) -> [String]? {
    switch self {
    case .interval: ["\(name) lower", "\(name) upper"]
    case .attack: ["attack", "attack_parameters"]
    case .epsilon: ["epsilon", "epsilon_text"]
    default: nil
    }
  }
}
