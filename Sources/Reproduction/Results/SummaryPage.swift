import Diagnostics
import Text

/// `README.md` of the output folder: our numbers beside the paper's, and where to find everything.
struct SummaryPage {
  /// In the order of the catalogue.
  let results: [ExperimentResult]

  /// How the page begins.
  static let title = "# Matrix capsules with EM routing, reproduced"

  var markdown: String {
    var parts = [Self.title]
    parts.append(
      "The tables and figures of Hinton, Sabour & Frosst, *Matrix capsules with EM routing* (ICLR 2018), made by "
        + "`\(Action.reproduce)`. Every page says what the paper did, what we found, and what differs.")
    let data = Dictionary(grouping: results.filter { $0.data != nil }, by: { $0.data! })
    let images = data.map { (ids: $0.value.map(\.id).joined(separator: ", "), text: $0.key) }.sorted { $0.ids < $1.ids }
    if !images.isEmpty {
      parts += [
        "## Images",
        images.map {
          "- \($0.ids): \(MarkdownText.escaped($0.text.replacing("Data: ", with: "", maxReplacements: 1)))"
        }.joined(separator: "\n"),
      ]
    }
    let rows = results.flatMap { result in
      result.comparisons.map { [result.id, $0.quantity, $0.published, $0.ours] }
    }
    if !rows.isEmpty {
      parts += [
        "## The paper's numbers and ours",
        MarkdownText.table(header: ["experiment", "quantity", "the paper", "ours"], rows: rows, flushLeft: 2),
      ]
    }
    parts.append("## Pages")
    parts.append(results.map { "- [\(MarkdownText.escaped($0.title))](\($0.id).md)" }.joined(separator: "\n"))
    return parts.joined(separator: "\n\n") + "\n"
  }
}
