public import Evaluation
import Files
public import Foundation

/// `per-image.csv`: one line per record of a run, in its store's order: tidy, for pandas or R.
public enum PerImageCSV {
  public static let name = "per-image.csv"

  private static let header = [
    "model", "attack", "attack_parameters", "goal", "target", "epsilon", "epsilon_text", "image", "label",
    "clean_prediction", "prediction", "success", "attacked", "linf", "l2", "forwards", "backwards",
  ]

  /// Writes the file into `directory`, record by record: the memory it takes does not depend on their number.
  ///
  /// - Throws: `InputError` of kind `.output` if it can't be written, or the store is damaged.
  public static func write(_ store: RunStore, to directory: URL) throws {
    try AtomicFile.replace(directory.appending(path: name).path, links: .refused) { file in
      var lines = Lines(store.configuration)
      try store.forEachRecord { record in
        lines.add(record)
        if lines.bytes.count >= 1 << 16 { try file.write(lines.taken()) }
      }
      try file.write(lines.taken())
    }
  }

  /// Lines in the making; what many share is made once.
  private struct Lines {
    private(set) var bytes = Data(CSV.line(PerImageCSV.header).utf8)
    /// By model and attack.
    private let heads: [[String]]
    private let goals: [String]
    private let budgets: [String]

    init(_ configuration: RunConfiguration) {
      func joined(_ fields: [String]) -> String { fields.map(CSV.field).joined(separator: ",") }
      let attacks = configuration.attacks.map(\.columns)
      heads = configuration.distinctModelNames.map { model in attacks.map { joined([model] + $0) } }
      goals = configuration.goals.map { joined([$0.rawValue]) }
      budgets = configuration.budgets.map { joined($0.columns) }
    }

    mutating func add(_ record: EvaluationRecord) {
      let target = record.target.map(String.init) ?? ""
      var line = "\(heads[record.model][record.attack]),\(goals[record.goal]),\(target),\(budgets[record.budget]),"
      line += "\(record.image),\(record.label),\(record.cleanPrediction),\(record.prediction),\(record.success),"
      line += "\(record.attacked),\(record.linfNorm),\(record.l2Norm),\(record.forwards),\(record.backwards)\n"
      bytes.append(contentsOf: line.utf8)
    }

    mutating func taken() -> Data {
      defer { bytes = Data(capacity: 1 << 17) }
      return bytes
    }
  }
}
