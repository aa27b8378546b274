import Files
import Foundation
import Imaging

/// How the files that commands write are known again, so that the same command may replace them; see `OutputPlace` for the
/// rule.
extension OutputForm {
  static let baseline = OutputForm.json("a baseline", keys: ["format", "version"]) {
    $0["format"] as? String == "robust-baseline"
  }

  static let checkJSON = OutputForm.json(
    "the JSON of an earlier `robust check`", keys: ["schemaVersion", "verdict", "exitCode", "maxDrop", "groups"])

  static let sarif = OutputForm.json("the SARIF of an earlier `robust check`", keys: ["$schema", "version", "runs"]) {
    let runs = $0["runs"] as? [[String: Any]] ?? []
    let drivers = runs.map { ($0["tool"] as? [String: Any])?["driver"] as? [String: Any] }
    return !drivers.isEmpty && drivers.allSatisfy { $0?["name"] as? String == "robust" }
  }

  static let junit = OutputForm("the JUnit XML of an earlier `robust check`") { data in
    let start = String(decoding: data.prefix(400), as: UTF8.self)
    return start.hasPrefix("<?xml") && start.contains("<testsuite")
      && (start.contains("name=\"robust check\"") || start.contains("package=\"robust\""))
  }

  static let checkMarkdown = OutputForm("the Markdown of an earlier `robust check`") { data in
    let line = data.prefix { $0 != UInt8(ascii: "\n") }
    let text = String(decoding: line, as: UTF8.self)
    return text.hasPrefix("## ") && text.contains(" Robustness: ")
  }

  /// `robust data render --sheet`: a picture of the same size.
  static let toySheet = OutputForm("an earlier picture of the toys") { data in
    let blank = Bitmap(width: 96, height: 96, channels: 1, pixels: [UInt8](repeating: 0, count: 96 * 96))
    let sheet = ImageGrid.compose(rows: Array(repeating: Array(repeating: blank, count: 10), count: 5))
    guard let picture = try? PNG.decode(data, name: "--sheet") else { return false }
    return (picture.width, picture.height) == (sheet.width, sheet.height)
  }
}

/// What commands write into folders of their own.
extension ResultFolder.Contents {
  static let comparison = Self(
    command: "robust compare", key: "differences.csv", form: .text("a comparison", beginning: "model,reference,"),
    isOwn: {
      ["compare.html", "compare.md", "compare.tex", "differences.csv", "flips.csv"].contains($0)
        || $0.wholeMatch(of: /accuracy-[0-9]+\.(svg|pdf|png)/) != nil
    })

  static let minimum = Self(
    command: "robust minimum", key: "minimum.csv", form: .text("a search", beginning: "model,attack,"),
    isOwn: {
      ["minimum.csv", "minimum.json"].contains($0) || $0.wholeMatch(of: /minimum-[0-9]+\.(svg|pdf|png)/) != nil
    })

  static let inspection = Self(
    command: "robust inspect", key: "inspection.json",
    form: .json("an inspection", keys: ["model", "dataset", "threshold", "layers"]),
    isOwn: {
      $0 == "inspection.json" || $0 == "votes.csv"
        || $0.wholeMatch(of: /(activations|routing|votes-right|votes-wrong)\.(svg|pdf|png)/) != nil
    })
}
