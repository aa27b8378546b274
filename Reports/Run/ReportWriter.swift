import Figures
import Files
public import Foundation
public import Runs
public import Sweeps

/// Writes a run's reports into its folder, each beside its place first and then renamed.
public enum ReportWriter {
  /// Writes `accuracy.csv`, `curves.csv`, `findings.csv`, `summary.json`, `report.md` with its figures in SVG, `report.html`,
  /// and `report.tex` with `references.bib`.
  ///
  /// - Parameter survival: of all exported examples; unknown if nil.
  /// - Returns: the names of the files, in the order in which they were written.
  /// - Throws: `InputError` of kind `.output` if a file can't be written.
  @discardableResult
  public static func write(
    _ summary: RunSummary, rows: [ImageRow], survival: ExportSurvival? = nil, to directory: URL
  ) throws -> [String] {
    var files: [(name: String, data: Data)] = [
      ("accuracy.csv", Data(CSVReport.text(summary).utf8)), ("curves.csv", Data(CSVReport.curves(summary).utf8)),
      ("findings.csv", Data(FindingsCSV.text(summary).utf8)),
      ("summary.json", try JSONReport.data(summary)),
    ]
    for figure in RunFigure.all(of: summary) {
      let svg = figure.plot.svg(width: 760, height: 440, standalone: true)
      files.append(("\(figure.id).svg", Data(svg.utf8)))
    }
    files.append(("report.md", Data(MarkdownReport.text(summary, survival: survival).utf8)))
    files.append(("report.html", Data(HTMLReport.text(summary, rows: rows, survival: survival).utf8)))
    files.append(("report.tex", Data(LaTeXReport.text(summary).utf8)))
    files.append(("references.bib", Data(Bibliography.text(summary).utf8)))
    for file in files {
      try AtomicFile.write(file.data, to: directory.appending(path: file.name).path, links: .refused)
    }
    return files.map(\.name)
  }
}
