import Classifiers
import Files
import Models
import ONNX
import Text

/// What `robust models show` says of a model of another program.
enum ForeignModelText {
  static func text(_ loaded: LoadedClassifier, path: String) -> String {
    let summary = (loaded.classifier as? ONNXClassifier)?.summary
    var lines = ["\(path): \(summary.map(origin) ?? "a model of the kind \(loaded.kind)")"]
    lines.append("sha256 \(loaded.sha256)")
    if let summary { lines += file(summary) }
    let classifier = loaded.classifier
    lines.append("")
    lines.append(
      "takes \(classifier.inputShape), \(classifier.classCount) classes, attacked through \(classifier.trainingLoss)")
    if let steps = loaded.preprocessing?.phrases, !steps.isEmpty {
      lines.append("before it, images are \(steps.joined(separator: ", "))")
    }
    lines += loaded.notes
    lines = lines.flatMap { $0.isEmpty ? [""] : TextLines.wrapped($0, width: Terminal.outputWidth) }
    guard let summary else { return lines.joined(separator: "\n") + "\n" }
    let rows =
      [["layer", "operator", "output", "parameters"]]
      + summary.layers.map {
        [$0.node, $0.operatorName, $0.output, $0.parameterCount.formatted]
      } + [["total", "", "", loaded.parameterCount.formatted]]
    return lines.joined(separator: "\n") + "\n\n"
      + TextTable.aligned(rows, flushRight: 3...3, width: Terminal.outputWidth)
  }

  private static func origin(_ summary: ONNXSummary) -> String {
    "an ONNX model\(summary.producer.isEmpty ? "" : " by \(summary.producer)"), IR version \(summary.irVersion)"
  }

  /// What the file says, and what was made of it.
  private static func file(_ summary: ONNXSummary) -> [String] {
    let sets = summary.operatorSets.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let operators = summary.operators.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
    var lines = [
      "operator sets: \(sets.joined(separator: ", "))", "input: \(summary.input)",
      "outputs: \(summary.outputs.joined(separator: ", "))",
      "operators: \(operators.joined(separator: ", "))",
    ]
    if !summary.folded.isEmpty {
      lines.append("computed once, as they depend on weights alone: \(list(summary.folded))")
    }
    if !summary.fused.isEmpty { lines.append("put into the weights before them: \(list(summary.fused))") }
    return lines
  }

  /// A few of `nodes`, and how many there are.
  private static func list(_ nodes: [String]) -> String {
    let shown = nodes.prefix(6).joined(separator: ", ")
    return nodes.count > 6 ? "\(nodes.count) nodes (\(shown), …)" : shown
  }
}
