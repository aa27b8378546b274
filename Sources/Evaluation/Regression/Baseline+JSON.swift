import Files
public import Foundation

extension Baseline {
  private static let format = "robust-baseline"

  /// The parts of the file that are read and written as they are.
  private struct Header: Codable {
    var format: String
    var version: Int
  }

  private struct File: Codable {
    var toolVersion: String
    var configurationHash: String
    var dataset: RunConfiguration.Dataset
    var models: [Model]
    var attacks: [RunConfiguration.Attack]
    var goals: [GoalKind]
    var budgets: [RunConfiguration.Budget]
    var seed: UInt64
    var rawCurves: Bool
    var images: [String]
    var groups: [Group]
  }

  /// A line of `groups`.
  private struct Group: Codable {
    var model: String
    /// The attack's printed form, or `none`.
    var attack: String
    var goal: GoalKind?
    var epsilon: String?
    var correct: Int
    var images: String
  }

  private static let noAttack = "none"

  /// The file: keys sorted, every element of a list on a line of its own, so that a changed group changes one line.
  public var json: Data {
    let groups = outcomes.groups.map { group in
      Group(
        model: group.key.model, attack: group.key.attack ?? Self.noAttack, goal: group.key.goal,
        epsilon: group.key.budget?.text, correct: group.correctCount, images: OutcomeBits.hexadecimal(group.correct))
    }
    let fields = [
      Self.list("attacks", attacks), Self.list("budgets", budgets),
      Self.field("configurationHash", configurationHash), Self.field("dataset", dataset),
      Self.field("format", Self.format), Self.field("goals", goals), Self.list("groups", groups),
      Self.list("images", ImageRanges.lines(outcomes.images)), Self.list("models", models),
      Self.field("rawCurves", rawCurves), Self.field("seed", seed), Self.field("toolVersion", toolVersion),
      Self.field("version", Self.currentVersion),
    ]
    return Data(("{\n" + fields.joined(separator: ",\n") + "\n}\n").utf8)
  }

  private static func field<Value: Encodable>(_ key: String, _ value: Value) -> String {
    "\"\(key)\": \(line(value))"
  }

  private static func list<Value: Encodable>(_ key: String, _ values: [Value]) -> String {
    var lines: [String] = []
    for value in values { lines.append(line(value)) }
    return "\"\(key)\": [\n" + lines.joined(separator: ",\n") + "\n]"
  }

  private static func line<Value: Encodable>(_ value: Value) -> String {
    do {
      return String(decoding: try JSONEncoder.compact.encode(value), as: UTF8.self)
    } catch {
      preconditionFailure("Baseline: budgets must be finite (\(error))")
    }
  }

  /// Reads what `json` wrote.
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
          ? "use a newer robust, or make it again with this one" : "make it again with `robust baseline`")
    }
    let file: File
    do {
      file = try decoder.decode(File.self, from: data)
    } catch {
      throw BaselineProblem(text: "the baseline is damaged: \(Self.words(error))")
    }
    toolVersion = file.toolVersion
    configurationHash = file.configurationHash
    dataset = file.dataset
    models = file.models
    guard Set(models.map(\.name)).count == models.count else {
      throw BaselineProblem(text: "the baseline is damaged: two of its models have the same name")
    }
    attacks = file.attacks
    goals = file.goals
    budgets = file.budgets
    seed = file.seed
    rawCurves = file.rawCurves
    // As many images as the bitmaps hold: ranges that claim more are not expanded.
    let digits = file.groups.first?.images.utf8.count ?? 0
    guard dataset.count >= 0, dataset.count <= 4 * digits, dataset.count > 4 * digits - 4,
      let images = ImageRanges.parse(file.images, count: dataset.count)
    else {
      throw BaselineProblem(text: "the baseline is damaged: “images” does not list \(dataset.count) image numbers")
    }
    outcomes = Outcomes(images: images, groups: [])
    for group in file.groups { outcomes.groups.append(try checked(group)) }
    let keys = Set(outcomes.groups.map(\.key))
    guard keys.count == outcomes.groups.count else {
      throw BaselineProblem(text: "the baseline is damaged: two of its groups are about the same")
    }
  }

  /// The outcomes of a group that is about something the baseline lists.
  private func checked(_ group: Group) throws -> Outcomes.Group {
    let isClean = group.attack == Self.noAttack
    let name = ([group.model, group.attack] + [group.goal?.rawValue, group.epsilon].compactMap { $0 })
      .joined(separator: ", ")
    let budget = budgets.first { $0.text == group.epsilon }
    guard models.contains(where: { $0.name == group.model }), isClean == (budget == nil),
      isClean == (group.goal == nil),
      isClean || attacks.contains(where: { $0.description == group.attack }),
      isClean || group.goal.map(goals.contains) == true
    else {
      throw BaselineProblem(
        text: "the baseline is damaged: the group “\(name)” is about a model, attack, goal or ε that it does not list")
    }
    guard let correct = OutcomeBits.parse(group.images, count: outcomes.images.count),
      correct.count(where: { $0 }) == group.correct
    else {
      throw BaselineProblem(
        text: "the baseline is damaged: the images of the group “\(name)” are not \(group.correct) "
          + "of \(outcomes.images.count) in hexadecimal digits")
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
