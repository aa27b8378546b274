import Attacks
import Diagnostics
public import Runs

/// Which adversarial examples of a run are exported.
public struct ExampleSelection: Sendable, Hashable {
  /// Whether the attack has to have reached its goal.
  public enum Outcome: String, Sendable, CaseIterable {
    case yes, no, all
  }

  /// Positions in the run's configuration.
  let models: [Int]
  let attacks: [Int]
  let budgets: [Int]
  /// True classes, and classes aimed at; `nil` for any.
  let classes: Set<Int>?
  let targets: Set<Int>?
  let outcome: Outcome
  /// Only the first so many images of the run, after `classes`.
  let limit: Int?

  /// The examples of a run of `configuration` that the texts of options ask for: names and ε as the run has them, classes by
  /// number or name, in upper or lower case, several separated by commas, and `nil` for all.
  ///
  /// - Throws: `InputError(.usage)` that names the option and what the run holds.
  public init(
    of configuration: RunConfiguration, models: String? = nil, attacks: String? = nil, epsilon: String? = nil,
    classes: String? = nil, targets: String? = nil, outcome: Outcome = .yes, limit: Int? = nil
  ) throws {
    self.models = try Self.positions(
      models, of: configuration.models.map(\.name), option: "\(Setting.models)", what: "model")
    self.attacks = try Self.positions(
      attacks, of: configuration.attacks.map(\.name), option: "\(Setting.attacks)", what: "attack",
      synonyms: AttackCatalog.vocabulary.synonyms)
    self.classes = try Self.classes(classes, of: configuration, option: "\(Setting.classes)")
    if targets != nil, !configuration.goals.contains(where: \.isTargeted) {
      throw InputError(
        .usage, .targets, "the attacks of this run were untargeted", remedy: "leave the option out")
    }
    self.targets = try Self.classes(targets, of: configuration, option: "\(Setting.targets)")
    budgets = try Self.budgets(epsilon, of: configuration)
    guard limit.map({ $0 > 0 }) ?? true else {
      throw InputError(.usage, .limit, "\(limit!)", remedy: "use 1 or more images")
    }
    self.outcome = outcome
    self.limit = limit
  }

  /// Whether `record` is of an image, class, target and budget that are asked for, whatever came of it.
  func includes(_ record: EvaluationRecord) -> Bool {
    record.isTrial && budgets.contains(record.budget) && classes?.contains(record.label) ?? true
      && (targets == nil || record.target.map { targets!.contains($0) } ?? false)
  }

  /// Whether an attack that succeeded, or did not, is asked for.
  func includes(success: Bool) -> Bool {
    switch outcome {
    case .yes: success
    case .no: !success
    case .all: true
    }
  }

  private static func pieces(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map { $0.split(separator: " ").joined(separator: " ") }
  }

  private static func positions(
    _ text: String?, of names: [String], option: String, what: String, synonyms: [String: String] = [:]
  ) throws -> [Int] {
    guard let text else { return Array(names.indices) }
    let vocabulary = Vocabulary(
      "\(what) of the run", names: names, synonyms: synonyms.filter { names.contains($0.value) })
    var found = Set<Int>()
    for piece in pieces(text) {
      let name = try vocabulary.name(for: piece, .usage, option)
      found.formUnion(names.indices.filter { names[$0] == name })
    }
    return found.sorted()
  }

  private static func classes(
    _ text: String?, of configuration: RunConfiguration, option: String
  ) throws -> Set<Int>? {
    let names = configuration.dataset.classNames
    return try text.map { text in
      try Set(
        pieces(text).map { piece in
          if let number = Int(piece), names.indices.contains(number) { return number }
          guard let position = NearMatch.position(of: piece, in: names) else {
            let near = NearMatch.candidates(for: piece, among: names)
            throw InputError(
              .usage, option, "there is no class “\(piece)”",
              remedy: (near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? ")
                + "use a number from 0 to \(names.count - 1), or a name: \(names.joined(separator: ", "))")
          }
          return position
        })
    }
  }

  private static func budgets(_ text: String?, of configuration: RunConfiguration) throws -> [Int] {
    let attacked = configuration.budgets.indices.filter { configuration.budgets[$0].value > 0 }
    guard let text else { return attacked }
    return try Set(
      pieces(text).map { piece in
        let value = BudgetList.exactValue(of: piece).map { Float($0) }
        guard
          let position = attacked.first(where: {
            configuration.budgets[$0].text == piece || configuration.budgets[$0].value == value
          })
        else {
          throw InputError(
            .usage, .epsilon, "the run attacked at no ε = “\(piece)”",
            remedy: "use one of its budgets: \(attacked.map { configuration.budgets[$0].text }.joined(separator: ", "))"
          )
        }
        return position
      }
    ).sorted()
  }
}
