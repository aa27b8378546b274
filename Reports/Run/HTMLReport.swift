import Diagnostics
import Figures
public import Runs
public import Sweeps
import Text

/// `report.html`: one self-contained page without scripts, readable in light and dark, on paper and on a phone.
///
/// The page is well-formed XML too.
public enum HTMLReport {
  /// - Parameter survival: of all exported examples; unknown if nil.
  public static func text(_ summary: RunSummary, rows: [ImageRow], survival: ExportSurvival? = nil) -> String {
    let names = Names(summary.configuration)
    let matrices = matrixValues(summary, names)
    let galleries = Gallery.values(rows, summary.configuration, names)
    var values: [String: Any] = [
      "title": title(summary), "styleSheet": styleSheet, "verdict": verdictValues(summary),
      "findings": ResultSentences(summary).sentences.map(HTMLText.marked), "checks": checkValues(summary),
      "figures": RunFigure.all(of: summary).map(figureValues),
      "hasMatrices": !matrices.shown.isEmpty, "shownMatrices": matrices.shown,
      "hasFoldedMatrices": !matrices.folded.isEmpty, "foldedMatrices": matrices.folded,
      "hasGalleries": !galleries.isEmpty, "galleries": galleries, "monotone": !summary.configuration.rawCurves,
      "firstSuccesses": FirstSuccessTable.values(summary), "curveColumns": CurveTable.columns,
      "curveCaption": CurveTable.caption,
      "curveRows": CurveTable.rows(summary).map { ["name": $0.name, "cells": $0.cells] as [String: Any] },
      "resultColumns": ResultTable.columns(summary.configuration), "resultGroups": resultValues(summary),
      "methods": Methods.entries(summary.configuration).map { ["term": $0.term, "text": HTMLText.marked($0.text)] },
      "provenance": Provenance.entries(summary).map { ["term": $0.term, "text": HTMLText.marked($0.text)] },
    ]
    if let survival { values["survival"] = HTMLText.marked(survival.sentence) }
    values["classMaps"] = ClassMap.values(summary, names)
    values["hasClassMaps"] = !summary.results.isEmpty
    return printable(Templates.render(PackageResources.report_html_mustache, values))
  }

  /// What every page of ours looks like.
  static var styleSheet: String { FigureStyle.sheet + String(decoding: PackageResources.report_css, as: UTF8.self) }

  /// For example `How cnn and matrix-capsules-small withstand FGSM`.
  static func title(_ summary: RunSummary) -> String {
    let names = Names(summary.configuration)
    let verb = names.models.count == 1 ? "withstands" : "withstand"
    return "How \(ResultSentences.list(names.models)) \(verb) \(ResultSentences.list(names.attacks))"
  }

  /// Replaces control characters, which XML forbids and a file name may hold.
  static func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 && scalar != "\n" && scalar != "\t"
      result.append(isControl || scalar.value == 0xFFFE || scalar.value == 0xFFFF ? "\u{FFFD}" : scalar)
    }
    return String(result)
  }

  private static func verdictValues(_ summary: RunSummary) -> [String: Any] {
    let verdict = Verdict(summary)
    var values: [String: Any] = [
      "trust": verdict.trust.rawValue, "headline": verdict.headline,
      "sentences": verdict.sentences.map(HTMLText.marked),
    ]
    if let ranking = verdict.ranking {
      values["ranking"] =
        [
          "caption": ResultSentences.unbroken(ranking.caption), "columns": ranking.columns,
          "rows": ranking.cells.map {
            ["rank": $0[0], "name": $0[1], "cells": Array($0.dropFirst(2))] as [String: Any]
          },
        ] as [String: Any]
    }
    return values
  }

  private static func checkValues(_ summary: RunSummary) -> [String: Any] {
    let checks = TrustText(summary)
    return [
      "hasFindings": !checks.findings.isEmpty, "hasRows": !checks.rows.isEmpty,
      "noChecks": HTMLText.marked(Setting.checks.set(to: "none")),
      "findings": checks.findings.map {
        [
          "severity": $0.severity.rawValue, "title": $0.title, "place": checks.place($0),
          "evidence": HTMLText.marked($0.evidence), "remedy": HTMLText.marked($0.remedy), "check": $0.check,
        ]
      },
      "rows": checks.rows.map {
        ["name": $0.name, "claim": HTMLText.marked($0.claim), "outcome": HTMLText.marked($0.outcome)]
      },
    ]
  }

  private static func figureValues(_ figure: RunFigure) -> [String: Any] {
    [
      "id": figure.id, "title": figure.plot.title, "caption": figure.caption,
      "wide": figure.plot.svg(width: 760, height: 440), "narrow": figure.plot.svg(width: 368, height: 380),
      "series": figure.plot.series.map(\.name),
      "rows": figure.rows.map { ["epsilon": $0.epsilon, "cells": $0.cells] as [String: Any] },
    ]
  }

  private static func resultValues(_ summary: RunSummary) -> [[String: Any]] {
    ResultTable.groups(summary).map { group in
      [
        "name": group.name, "span": ResultTable.columns(summary.configuration).count,
        "rows": group.rows.map { ["epsilon": $0[0], "cells": Array($0.dropFirst())] as [String: Any] },
      ]
    }
  }

  /// The matrices of one reference budget in full, the others folded away; ε = 0 attacks nothing.
  private static func matrixValues(
    _ summary: RunSummary, _ names: Names
  ) -> (shown: [[String: Any]], folded: [[String: Any]]) {
    let shown = ResultSentences.referenceTargetBudget(of: summary)
    let matrices = summary.targetMatrices.filter { $0.epsilon > 0 }
    let others = summary.configuration.budgets.indices.filter { $0 != shown }
    return (
      matrices.filter { $0.budgetIndex == shown }.map { values($0, names) },
      others.flatMap { budget in matrices.filter { $0.budgetIndex == budget } }.map { values($0, names) }
    )
  }

  private static func values(_ matrix: RunSummary.TargetMatrix, _ names: Names) -> [String: Any] {
    let rows = matrix.trials.indices.map { source -> [String: Any] in
      let cells = matrix.trials[source].indices.map { target in cellValues(matrix, source, target, names) }
      return ["name": names.name(ofClass: source), "cells": cells]
    }
    return [
      "name": "\(names.models[matrix.modelIndex]), \(names.attacks[matrix.attackIndex])",
      "epsilon": matrix.epsilonText, "columns": names.classes, "rows": rows,
      "average": matrix.averageOverTargets.map { NumberFormat.percent($0) } ?? "none",
    ]
  }

  private static func cellValues(
    _ matrix: RunSummary.TargetMatrix, _ source: Int, _ target: Int, _ names: Names
  ) -> [String: Any] {
    let (part, whole) = (matrix.successes[source][target], matrix.trials[source][target])
    let move = "\(names.name(ofClass: source)) to \(names.name(ofClass: target))"
    guard whole > 0 else { return ["percent": "0", "text": "·", "note": "\(move): nothing to attack"] }
    let percent = NumberFormat.fixed(100 * Double(part) / Double(whole), 0)
    return ["percent": percent, "text": percent, "note": "\(move): \(part) of \(whole)"]
  }
}
