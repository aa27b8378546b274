import Attacks
import Files
import Foundation
import Imaging
import Runs
import Sweeps

/// A line of a manifest: named values in their order, of which a CSV and a JSON file are made.
struct ManifestRow: Encodable {
  enum Value: Encodable {
    case text(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
    case absent

    var text: String {
      switch self {
      case .text(let text): text
      case .integer(let value): "\(value)"
      case .number(let value): value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
      case .flag(let value): "\(value)"
      case .absent: ""
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .integer(let value): try container.encode(value)
      case .number(let value): try container.encode(value)
      case .flag(let value): try container.encode(value)
      case .absent: try container.encodeNil()
      }
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var fields: [(name: String, value: Value)]

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (name, value) in fields { try container.encode(value, forKey: Key(stringValue: name)) }
  }
}

enum ExampleManifest {
  static func csv(_ rows: [ManifestRow]) -> String {
    let header = rows.first.map { CSV.line($0.fields.map(\.name)) } ?? ""
    return header + rows.map { CSV.line($0.fields.map(\.value.text)) }.joined()
  }

  /// `header` with the rows as `examples`, keys sorted.
  static func json(_ rows: [ManifestRow], _ header: [(name: String, value: any Encodable)]) throws -> Data {
    struct Document: Encodable {
      struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
      }
      let fields: [(name: String, value: any Encodable)]

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (name, value) in fields { try container.encode(value, forKey: Key(stringValue: name)) }
      }
    }
    let encoder = JSONEncoder.readable
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(Document(fields: header + [("examples", rows)])) + Data("\n".utf8)
  }
}

extension ExampleExport {
  /// What the manifest says of example `index`.
  func row(_ index: Int, _ example: Example, _ verdict: ExampleVerdict) -> ManifestRow {
    let configuration = sweep.configuration
    let names = configuration.dataset.classNames
    let (record, budget) = (example.record, configuration.budgets[example.record.budget])
    let attack = sweep.attacks[record.attack]
    let used = (options.usesLattice ? attack.onLattice : nil) ?? attack
    let columns = RunConfiguration.Attack(used).columns
    let array = ExampleFiles.arrayFile(options)
    var fields: [(name: String, value: ManifestRow.Value)] = [
      ("file", .text(array ?? ExamplePaths(configuration).path(of: record))),
      ("row", array == nil ? .absent : .integer(index)),
      ("model", .text(configuration.distinctModelNames[record.model])),
      ("model_sha256", .text(configuration.models[record.model].sha256)),
      ("attack", .text(columns[0])), ("attack_parameters", .text(columns[1])),
      ("goal", .text(configuration.goals[record.goal].rawValue)),
      ("target", record.target.map { .integer($0) } ?? .absent),
      ("target_name", record.target.map { .text(names[$0]) } ?? .absent),
      ("epsilon", .number(budget.number)), ("epsilon_text", .text(budget.text)),
      ("first_epsilon", example.firstBudget.map { .number(configuration.budgets[$0].number) } ?? .absent),
      ("epsilon_levels", ExampleLevels.radius(budget, configuration.norm).map { .integer($0) } ?? .absent),
      ("seed", .text("\(record.seed)")),
      ("image", .integer(record.image)), ("label", .integer(record.label)), ("label_name", .text(names[record.label])),
      ("clean_prediction", .integer(example.clean.prediction)), ("clean_confidence", number(example.clean.confidence)),
      ("clean_margin", number(example.clean.margin)), ("prediction", .integer(record.prediction)),
      ("fools", .flag(record.success)), ("file_prediction", .integer(verdict.judgement.prediction)),
      ("file_prediction_name", .text(names[verdict.judgement.prediction])),
      ("file_confidence", number(verdict.judgement.confidence)), ("file_margin", number(verdict.judgement.margin)),
      ("still_fools", .flag(verdict.stillFools)), ("linf", .number(rounded(verdict.linf))),
      ("linf_levels", .number((255 * verdict.linf * 1000).rounded() / 1000)), ("l2", .number(rounded(verdict.l2))),
      ("norm", .text(configuration.norm.name)), ("distance", .number(rounded(verdict.distance))),
      ("inside_budget", .flag(verdict.isInsideBudget)), ("survives", .flag(verdict.survives)),
    ]
    if options.usesLattice {
      fields += [
        ("run_fools", .flag(example.stored.success)),
        ("run_truncated_survives", example.run.map { .flag($0.truncated) } ?? .absent),
        ("run_rounded_survives", example.run.map { .flag($0.rounded) } ?? .absent),
      ]
    }
    return ManifestRow(fields: fields)
  }

  /// What the manifest says of all of them.
  func header(_ summary: ExampleSummary, _ differences: Int) -> [(name: String, value: any Encodable)] {
    let configuration = sweep.configuration
    return [
      ("format", "robust-examples-1"), ("toolVersion", configuration.toolVersion),
      ("configurationHash", configuration.configurationHash), ("dataset", configuration.dataset.name),
      ("datasetSHA256", configuration.dataset.sha256), ("files", options.format.rawValue),
      ("pixels", options.format == .png ? "uint8" : options.pixels.rawValue), ("lattice", options.usesLattice),
      ("success", selection.outcome.rawValue), ("differences", differences), ("summary", summary.cells),
    ]
  }

  private func number(_ value: Float) -> ManifestRow.Value { .number(Double("\(value)") ?? Double(value)) }

  /// To a billionth: the digits beyond are rounding.
  private func rounded(_ value: Double) -> Double { (value * 1e9).rounded() / 1e9 }
}
