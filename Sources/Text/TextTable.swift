import Diagnostics
import Files

/// Text in columns, two spaces apart.
package enum TextTable {
  /// The columns of a line where nothing else is known.
  package static let width = 80

  /// Columns as wide as their widest cell: those in `flushRight`, numbers, flush right, the others flush left; nil is a rule.
  ///
  /// A table wider than `width` is folded until it fits: words before the first column of numbers, where they are left out in
  /// rows that repeat them, become lines above these rows; cells are broken between words; and columns that still have no
  /// room follow in a table of their own, below the same first column. Numbers are never broken.
  package static func aligned(
    _ rows: [[String]?], flushRight: some RangeExpression<Int>, width: Int = Self.width
  ) -> String {
    let rows = rows.map { $0?.map { PrintableText.line($0) } }
    let count = rows.compactMap { $0?.count }.max() ?? 0
    let layout = TextLayout(rows, flushRight: (0..<count).map(flushRight.contains))
    if layout.naturalWidth <= width { return layout.text(layout.naturalWidths) }
    let words = (0..<count).first(where: flushRight.contains) ?? count
    let headed = TextLayout.headed(rows, words: words).map {
      TextLayout($0, flushRight: (words..<count).map(flushRight.contains))
    }
    if let headed, headed.naturalWidth <= width { return headed.text(headed.naturalWidths, heading: width) }
    if let widths = layout.folded(to: width) { return layout.text(widths) }
    if let headed, let widths = headed.folded(to: width) { return headed.text(widths, heading: width) }
    return layout.parts(width).map { part in part.text(part.folded(to: width) ?? part.narrowest) }
      .joined(separator: "\n")
  }
}
