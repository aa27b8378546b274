import Attacks
import Files
import Foundation
import Runs

/// What of a run may differ from its baseline. Everything else has to be the same: whatever field a configuration comes to
/// have is compared until it is named here.
enum BaselineFreedom {
  /// Images are compared one by one, by their numbers in data of the same contents, so that it does not matter how they
  /// were chosen; a version is noted.
  static let fields: Set = ["limit", "toolVersion"]
  /// What holds the same images may be called otherwise, and have been made of one size otherwise.
  static let datasetFields: Set = ["name", "source", "count", "imageIDsHash", "viewpoints", "fit"]
  /// A new model is what a run is made for, with the preprocessing that it needs; only how often it was shown the images has
  /// to be the same.
  static let modelFields: Set = [
    "name", "source", "sha256", "kind", "loss", "parameterCount", "testAccuracy", "chunkSize", "preprocessing", "notes",
  ]
  /// `0.1` is `1e-1`.
  static let budgetFields: Set = ["text"]
}

extension Baseline {
  /// What differs in the data or the attacks, one phrase each; the run may have more attacks, goals, budgets and images.
  ///
  /// It is the JSON of both configurations that is compared, field by field, so that none can be forgotten.
  func differences(from run: RunConfiguration) -> [String] {
    let before = Fields(configuration.canonicalJSON)
    let now = Fields(run.canonicalJSON)
    let lists: Set = ["models", "attacks", "goals", "budgets"]
    // Images of one's own are what their hash says, whichever split they were loaded as.
    let areOwn = configuration.dataset.path != nil && run.dataset.path != nil
    var result = before["dataset"].differences(
      from: now["dataset"], except: BaselineFreedom.datasetFields.union(areOwn ? ["split"] : []))
    result += before.differences(from: now, except: BaselineFreedom.fields.union(lists).union(["dataset"]))
    result += attackDifferences(before.list("attacks"), now.list("attacks"), run)
    result += Self.lacking("goals", goals.map(\.rawValue), run.goals.map(\.rawValue))
    let theirs = now.list("budgets")
    let lacking = zip(budgets, before.list("budgets")).filter { _, budget in
      !theirs.contains { budget.differences(from: $0, except: BaselineFreedom.budgetFields).isEmpty }
    }.map { $0.0.text }
    // By value: a text may be the same and mean another number.
    if !lacking.isEmpty { result.append(Self.lacks("ε", lacking, run.budgets.map(\.text))) }
    return result
  }

  /// What differs in how two models are shown images, one phrase each.
  static func differences(_ before: RunConfiguration.Model, _ now: RunConfiguration.Model) -> [String] {
    Fields(encoding: before).differences(from: Fields(encoding: now), except: BaselineFreedom.modelFields)
      .map { "\(now.name): \($0)" }
  }

  private func attackDifferences(_ before: [Fields], _ now: [Fields], _ run: RunConfiguration) -> [String] {
    var result: [String] = []
    var absent: [String] = []
    for (attack, fields) in zip(attacks, before) {
      let namesakes = zip(run.attacks, now).filter { $0.0.description == attack.description }.map(\.1)
      guard let first = namesakes.first else {
        absent.append(attack.description)
        continue
      }
      if namesakes.contains(where: { fields.differences(from: $0, except: []).isEmpty }) { continue }
      result += fields.differences(from: first, except: []).map { "\(attack.description): \($0)" }
    }
    return Self.lacking("attacks", absent, run.attacks.map(\.description)) + result
  }

  private static func lacking(_ what: String, _ before: [String], _ now: [String]) -> [String] {
    let lacking = before.filter { !now.contains($0) }
    return lacking.isEmpty ? [] : [lacks(what, lacking, now)]
  }

  private static func lacks(_ what: String, _ lacking: [String], _ now: [String]) -> String {
    "\(what): the run lacks \(lacking.joined(separator: ", ")); it has \(now.joined(separator: ", "))"
  }
}

/// The fields of an object of a configuration, as text.
private struct Fields {
  /// By name; none if it is no object.
  private let values: [String: String]

  init(_ json: Data) { self.init(String(decoding: json, as: UTF8.self)) }

  init(encoding value: some Encodable) {
    do {
      self.init(try JSONEncoder.compact.encode(value))
    } catch {
      preconditionFailure("Fields: what is compared must be finite (\(error))")
    }
  }

  private init(_ text: String) {
    values = Dictionary(JSONText.members(of: text).map { ($0.name, $0.text) }) { first, _ in first }
  }

  subscript(_ name: String) -> Fields { Fields(values[name] ?? "") }

  func list(_ name: String) -> [Fields] { JSONText.elements(of: values[name] ?? "").map { Fields($0.text) } }

  /// One phrase for each field that the two do not share.
  func differences(from now: Fields, except free: Set<String>) -> [String] {
    Set(values.keys).union(now.values.keys).subtracting(free).sorted().compactMap { name in
      guard values[name] != now.values[name] else { return nil }
      return "\(Self.words[name] ?? name): \(Self.shown(values[name])) in the baseline, "
        + "\(Self.shown(now.values[name])) in the run"
    }
  }

  private static let words = [
    "sha256": "hash of the data", "classNames": "classes", "rawCurves": "raw curves",
  ]

  /// Of hashes, the beginning.
  private static func shown(_ json: String?) -> String {
    guard let json else { return "none" }
    guard json.hasPrefix("\""), json.hasSuffix("\""), json.count >= 2 else { return json }
    let text = json.dropFirst().dropLast()
    return text.count == 64 ? "\(text.prefix(12))…" : String(text)
  }
}
