public import Comparison
import Figures
import Statistics

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
    ResultSentences.list(comparison.columns.map(\.label)) + " side by side"
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
