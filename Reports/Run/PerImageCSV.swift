import Attacks
import Files
public import Foundation
public import Runs

/// `per-image.csv`: one line per record of a run, in its store's order: tidy, for pandas or R.
public enum PerImageCSV {
  public static let name = "per-image.csv"

  private static let header = [
    "model", "attack", "attack_parameters", "goal", "target", "epsilon", "epsilon_text", "image", "label",
    "clean_prediction", "prediction", "success", "attacked", "linf", "l2", "forwards", "backwards",
  ]

  /// The norms that have a column: those that always have one, and that of the run at the end.
  private static func norms(_ configuration: RunConfiguration) -> (always: [String], last: String?) {
    let always = [LInfinity().name, L2().name]
    return (always, always.contains(configuration.norm.name) ? nil : configuration.norm.name)
  }

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

  /// Lines in the making, as bytes, which are five times as fast as text; what many share is made once.
  private struct Lines {
    private(set) var bytes: [UInt8]
    private let norms: (always: [String], last: String?)
    /// By model and attack.
    private let heads: [[[UInt8]]]
    private let goals: [[UInt8]]
    private let budgets: [[UInt8]]

    init(_ configuration: RunConfiguration) {
      func joined(_ fields: [String]) -> [UInt8] { Array(fields.map(CSV.field).joined(separator: ",").utf8) }
      norms = PerImageCSV.norms(configuration)
      bytes = Array(CSV.line(PerImageCSV.header + (norms.last.map { [$0] } ?? [])).utf8)
      let attacks = configuration.attacks.map(\.columns)
      heads = configuration.distinctModelNames.map { model in attacks.map { joined([model] + $0) } }
      goals = configuration.goals.map { joined([$0.rawValue]) }
      budgets = configuration.budgets.map { joined($0.columns) }
    }

    mutating func add(_ record: EvaluationRecord) {
      bytes += heads[record.model][record.attack]
      add(goals[record.goal])
      add(record.target.map { Array(String($0).utf8) } ?? [])
      add(budgets[record.budget])
      for number in [record.image, record.label, record.cleanPrediction, record.prediction] { add(number) }
      for flag in [record.success, record.attacked] { add(flag ? Self.yes : Self.no) }
      for norm in norms.always { add(record.distances[norm]) }
      add(record.forwards)
      add(record.backwards)
      if let norm = norms.last { add(record.distances[norm]) }
      bytes.append(UInt8(ascii: "\n"))
    }

    private static let yes = Array("true".utf8)
    private static let no = Array("false".utf8)

    private mutating func add(_ distance: Float?) { add(distance.map { Array($0.description.utf8) } ?? []) }

    private mutating func add(_ number: Int) { add(Array(String(number).utf8)) }

    private mutating func add(_ field: [UInt8]) {
      bytes.append(UInt8(ascii: ","))
      bytes += field
    }

    mutating func taken() -> Data {
      defer { bytes.removeAll(keepingCapacity: true) }
      return Data(bytes)
    }
  }
}
