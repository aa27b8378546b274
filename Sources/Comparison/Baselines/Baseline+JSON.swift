import Attacks
import Diagnostics
import Files
public import Foundation
import Runs

/// The file: the fields of the run's configuration, and beside them those of `File`, whose names are others.
extension Baseline {
  private static let format = "robust-baseline"

  /// The parts of the file that say what it is.
  private struct Header: Codable {
    var format: String
    var version: Int
  }

  private struct File: Codable {
    var configurationHash: String
    var checksum: String
    var images: [String]
    var groups: [Group]
  }

  /// A line of `groups`.
  private struct Group: Codable {
    var model: String
    /// The attack's printed form, or `none`.
    var attack: String
    var goal: TargetChoice?
    var epsilon: String?
    var correct: Int
    var images: String
  }

  private static let noAttack = "none"

  /// The file: keys sorted, every element of a list on a line of its own, so that a changed group changes one line, and the
  /// checksum another.
  public var json: Data {
    var fields = fields
    fields["checksum"] = Self.line(checksum)
    return Self.text(fields)
  }

  /// SHA-256 of the file without the line of its checksum.
  private var checksum: String { Checksum.sha256(of: Self.text(fields)) }

  /// Every field but the checksum, by name, as it is written.
  private var fields: [String: String] {
    var fields: [String: String] = [:]
    for member in JSONText.members(of: String(decoding: configuration.canonicalJSON, as: UTF8.self)) {
      fields[member.name] =
        member.text.hasPrefix("[") ? Self.list(JSONText.elements(of: member.text).map(\.text)) : member.text
    }
    let groups = outcomes.groups.map { group in
      Group(
        model: group.key.model, attack: group.key.attack ?? Self.noAttack, goal: group.key.goal,
        epsilon: group.key.budget?.text, correct: group.correctCount, images: OutcomeBits.hexadecimal(group.correct))
    }
    fields["configurationHash"] = Self.line(configuration.configurationHash)
    fields["format"] = Self.line(Self.format)
    fields["groups"] = Self.list(groups.map(Self.line))
    fields["images"] = Self.list(ImageRanges.lines(outcomes.images).map(Self.line))
    fields["version"] = Self.line(Self.currentVersion)
    return fields
  }

  private static func text(_ fields: [String: String]) -> Data {
    let lines = fields.sorted { $0.key < $1.key }.map { "\"\($0)\": \($1)" }
    return Data(("{\n" + lines.joined(separator: ",\n") + "\n}\n").utf8)
  }

  private static func list(_ elements: [String]) -> String { "[\n" + elements.joined(separator: ",\n") + "\n]" }

  private static func line(_ value: some Encodable) -> String {
    do {
      return String(decoding: try JSONEncoder.compact.encode(value), as: UTF8.self)
    } catch {
      preconditionFailure("Baseline: budgets must be finite (\(error))")
    }
  }

  /// Reads what `json` wrote, however it was laid out since.
  ///
  /// - Throws: `BaselineProblem`.
  init(json data: Data) throws {
    let decoder = JSONDecoder()
    guard let header = try? decoder.decode(Header.self, from: data), header.format == Self.format else {
      throw BaselineProblem(text: "is not a baseline: it is no JSON object with the format “\(Self.format)”")
    }
    guard header.version == Self.currentVersion else {
      throw BaselineProblem(
        text: "is a baseline of version \(header.version); this robust reads version \(Self.currentVersion)",
        remedy: header.version > Self.currentVersion
          ? "use a newer robust, or make it again with this one"
          : "make it again with `\(Action.writeBaseline)`, of the run that it was made of")
    }
    let file: File
    do {
      configuration = try decoder.decode(RunConfiguration.self, from: data)
      file = try decoder.decode(File.self, from: data)
    } catch {
      throw BaselineProblem(text: "the baseline is damaged: \(Self.words(error))")
    }
    outcomes = Outcomes(images: [], groups: [])
    if let problem = configuration.problem { throw Self.damaged("it has \(problem)") }
    // As many images as the bitmaps hold: ranges that claim more are not expanded.
    let count = configuration.dataset.count
    let digits = file.groups.first?.images.utf8.count ?? 0
    guard count > 0, count <= 4 * digits, count > 4 * digits - 4,
      let images = ImageRanges.parse(file.images, count: count)
    else { throw Self.damaged("“images” does not list \(count) image numbers") }
    outcomes.images = images
    for group in file.groups { outcomes.groups.append(try checked(group)) }
    try checkGroups()
    guard file.configurationHash == configuration.configurationHash else {
      throw Self.damaged("its data, models or attacks are not those of which it holds the hash")
    }
    guard file.checksum == checksum else {
      throw Self.damaged("its checksum is not that of its contents, which were changed by hand or in part")
    }
  }

  private static func damaged(_ problem: String) -> BaselineProblem {
    BaselineProblem(text: "the baseline is damaged: \(problem)")
  }

  /// - Throws: `BaselineProblem` unless every group that the run had is there, once and in its order.
  private func checkGroups() throws {
    let keys = outcomes.groups.map(\.key)
    let known = Set(keys)
    guard known.count == keys.count else { throw Self.damaged("two of its groups are about the same") }
    // Counted before they are listed: a small file may claim many.
    let cells = attacks.count * goals.count * budgets.count(where: { $0.value > 0 })
    let count = configuration.models.count * (1 + cells)
    guard count <= 1_000_000 else { throw Self.damaged("it has \(keys.count) of \(count) groups") }
    let expected = Outcomes.keys(of: configuration)
    if let missing = expected.first(where: { !known.contains($0) }) {
      throw Self.damaged("it has \(keys.count) of \(expected.count) groups, and none for \(missing.words)")
    }
    guard keys == expected else { throw Self.damaged("its groups are out of order") }
  }

  /// The outcomes of a group that is about something the baseline lists.
  private func checked(_ group: Group) throws -> Outcomes.Group {
    let isClean = group.attack == Self.noAttack
    let name = ([group.model, group.attack] + [group.goal?.rawValue, group.epsilon].compactMap { $0 })
      .joined(separator: ", ")
    let budget = budgets.first { $0.text == group.epsilon }
    guard configuration.distinctModelNames.contains(group.model), isClean == (budget == nil),
      isClean == (group.goal == nil),
      isClean || attacks.contains(where: { $0.description == group.attack }),
      isClean || group.goal.map(goals.contains) == true
    else { throw Self.damaged("the group “\(name)” is about a model, attack, goal or ε that it does not list") }
    guard let correct = OutcomeBits.parse(group.images, count: outcomes.images.count),
      correct.count(where: { $0 }) == group.correct
    else {
      throw Self.damaged(
        "the images of the group “\(name)” are not \(group.correct) of \(outcomes.images.count) in hexadecimal digits")
    }
    let key = Outcomes.Key(
      model: group.model, attack: isClean ? nil : group.attack, goal: group.goal, budget: budget)
    return Outcomes.Group(key: key, correct: correct)
  }

  private static func words(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    switch error {
    case .keyNotFound(let key, _): return "“\(key.stringValue)” is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
      return path.isEmpty ? context.debugDescription : "“\(path)” has no meaning there"
    @unknown default: return "it can't be decoded"
    }
  }
}
