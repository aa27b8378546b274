public import Comparison
import Figures
import Files
public import Foundation

/// Writes a comparison in every format into a folder.
public enum ComparisonWriter {
  /// Writes `compare.html`, `compare.md` with its figures in SVG, `compare.tex`, `differences.csv` and `flips.csv`.
  ///
  /// - Returns: the names of the files.
  /// - Throws: `InputError` of kind `.output` if a file can't be written.
  @discardableResult
  public static func write(_ comparison: RunComparison, to directory: URL) throws -> [String] {
    // The differences first: by them the folder is known again, also if this process is killed.
    var files = [
      ("differences.csv", ComparisonCSV.differences(comparison)), ("flips.csv", ComparisonCSV.flips(comparison)),
      ("compare.html", ComparisonHTML.text(comparison)), ("compare.md", ComparisonMarkdown.text(comparison)),
      ("compare.tex", ComparisonLaTeX.text(comparison)),
    ]
    for figure in ComparisonFigure.all(of: comparison) {
      files.append(("\(figure.id).svg", figure.plot.svg(width: 760, height: 440, standalone: true)))
    }
    for (name, text) in files { try AtomicFile.write(Data(text.utf8), to: directory.appending(path: name).path) }
    return files.map(\.0)
  }
}
