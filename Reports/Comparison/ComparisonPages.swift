public import Comparison
import Files
public import Foundation
import Statistics

/// A comparison as Markdown: findings, figures by name, all numbers.
public enum ComparisonMarkdown {
  public static func text(_ comparison: RunComparison) -> String {
    let names = ComparisonNames(comparison)
    func escaped(_ text: String) -> String { MarkdownReport.escaped(text) }
    var text = "# \(escaped(ComparisonHTML.title(comparison)))\n\n"
    text += names.findings.map { escaped($0) + "\n" }.joined(separator: "\n")
    for note in comparison.notes { text += "\n" + escaped(note) + "\n" }
    for figure in ComparisonFigure.all(of: comparison) {
      text += "\n## \(escaped(figure.plot.title))\n\n![\(escaped(figure.plot.title))](\(figure.id).svg)\n\n"
      text += escaped(figure.caption) + "\n"
    }
    text += "\n## All numbers\n\n\(escaped(names.method))\n\n"
    text += MarkdownReport.table(
      header: ["attack", "ε"] + names.header,
      rows: comparison.rows.map { [names.title($0), names.epsilon($0)] + names.cells($0) }, flushLeft: 1)
    text += "\n\n## Models\n\n"
    text += comparison.columns.map { "- \(escaped($0.label)): of \(escaped($0.run)), SHA-256 \(escaped($0.sha256))\n" }
      .joined()
    return text
  }
}

/// A comparison as one self-contained page without scripts.
public enum ComparisonHTML {
  public static func text(_ comparison: RunComparison) -> String {
    let names = ComparisonNames(comparison)
    let values: [String: Any] = [
      "title": title(comparison), "styleSheet": HTMLReport.styleSheet, "findings": names.findings + comparison.notes,
      "figures": ComparisonFigure.all(of: comparison).map { figure in
        [
          "id": figure.id, "title": figure.plot.title, "caption": figure.caption,
          "wide": figure.plot.svg(width: 760, height: 440), "narrow": figure.plot.svg(width: 368, height: 380),
        ]
      },
      "columns": names.header, "span": names.header.count + 1, "method": names.method,
      "groups": groups(comparison, names), "flips": flips(comparison, names),
      "models": comparison.columns.map { ["term": $0.label, "text": "of \($0.run); SHA-256 \($0.sha256)"] },
    ]
    return HTMLReport.printable(Templates.render(PackageResources.compare_html_mustache, values))
  }

  /// For example `cnn and matrix-capsules-small side by side`.
  static func title(_ comparison: RunComparison) -> String {
    Findings.list(comparison.columns.map(\.label)) + " side by side"
  }

  private static func groups(_ comparison: RunComparison, _ names: ComparisonNames) -> [[String: Any]] {
    let clean = comparison.rows.filter { $0.attack == nil }
    return ((clean.isEmpty ? [] : [clean]) + names.blocks).map { block in
      [
        "name": names.title(block[0]),
        "rows": block.map { ["epsilon": names.epsilon($0), "cells": names.cells($0)] as [String: Any] },
      ]
    }
  }

  /// More numbers than anyone reads on a page are left to `flips.csv`.
  private static let shownFlips = 200

  private static func flips(_ comparison: RunComparison, _ names: ComparisonNames) -> [[String: String]] {
    comparison.rows.flatMap { row in
      names.others.compactMap { column -> [String: String]? in
        guard let difference = row.differences[column], difference.pairs.discordant > 0 else { return nil }
        return [
          "name": "\(names.title(row)), ε = \(names.epsilon(row)), \(comparison.columns[column].label)",
          "gained": listed(difference.gained), "lost": listed(difference.lost),
        ]
      }
    }
  }

  private static func listed(_ images: [Int]) -> String {
    let shown = images.prefix(shownFlips).map(String.init).joined(separator: ", ")
    let rest = images.count - min(images.count, shownFlips)
    return "\(images.count)\(images.isEmpty ? "" : ": ")\(shown)\(rest > 0 ? " and \(rest) more" : "")"
  }
}

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
