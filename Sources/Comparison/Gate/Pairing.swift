import Attacks
import Diagnostics
import Files
import Runs

/// The groups of a run beside those of a baseline.
struct Pairing {
  private let images: [Int]
  /// Where each of the baseline's images stands in the run.
  private let positions: [Int]
  private let groups: [Outcomes.Key: [Bool]]
  /// The run's name for each of the baseline's models.
  private let names: [String: String]
  private let unchanged: Set<String>
  let notes: [String]

  init(_ baseline: Baseline, _ run: Baseline) throws {
    images = baseline.outcomes.images
    positions = try Self.positions(of: images, in: run.outcomes.images)
    let models = run.models
    names = try Self.names(baseline.models, models)
    groups = Dictionary(
      run.outcomes.groups.map { ($0.key, $0.correct) }, uniquingKeysWith: { first, _ in first })
    var notes: [String] = []
    if run.outcomes.images.count > images.count {
      notes.append(Self.leftOut(run.outcomes.images.count - images.count, "image"))
    }
    var unchanged: Set<String> = []
    for model in baseline.models {
      let name = names[model.name]!
      let now = models.first { $0.name == name }!
      let differences = Baseline.differences(model.description, now.description)
      guard differences.isEmpty else {
        throw Self.mismatch(
          "it can't be compared with the baseline: \(differences.joined(separator: "; "))",
          "repeat the sweep as the baseline's was made, or make a new baseline with `\(Action.makeBaseline)`")
      }
      if now.description.sha256 == model.description.sha256,
        now.description.preprocessingPhrases == model.description.preprocessingPhrases
      {
        unchanged.insert(model.name)
      }
      if name != model.name {
        notes.append("The run's model “\(name)” was compared with the baseline's “\(model.name)”.")
      }
    }
    self.unchanged = unchanged
    let extra = run.outcomes.groups.count - baseline.outcomes.groups.count
    if extra > 0 { notes.append(Self.leftOut(extra, "group")) }
    self.notes = notes
    for group in baseline.outcomes.groups where groups[key(group)] == nil {
      throw Self.mismatch(
        "it has no results for \(group.key.words)", "repeat the sweep with the baseline's models, attacks, goals and ε")
    }
  }

  private static func leftOut(_ count: Int, _ what: String) -> String {
    count == 1
      ? "1 \(what) of the run is not in the baseline and was left out."
      : "\(count) \(what)s of the run are not in the baseline and were left out."
  }

  /// Where each of the `wanted` images stands among the `present` ones.
  private static func positions(of wanted: [Int], in present: [Int]) throws -> [Int] {
    let places = Dictionary(uniqueKeysWithValues: zip(present, present.indices))
    let missing = wanted.filter { places[$0] == nil }
    guard missing.isEmpty else {
      throw mismatch(
        "\(missing.count) of the baseline's \(wanted.count) images are not in the run: "
          + missing.prefix(5).map(String.init).joined(separator: ", ") + (missing.count > 5 ? ", …" : ""),
        "repeat the sweep with the baseline's \(Setting.dataset), viewpoints and \(Setting.limit)")
    }
    return wanted.compactMap { places[$0] }
  }

  /// A model is what is in its file: the same contents go together whatever they are called, then the same names; and a single
  /// model goes with a single one.
  private static func names(_ before: [Baseline.Model], _ now: [Baseline.Model]) throws -> [String: String] {
    if before.count == 1, now.count == 1 { return [before[0].name: now[0].name] }
    var names: [String: String] = [:]
    var free = now
    func pair(_ isSame: (Baseline.Model, Baseline.Model) -> Bool) {
      for model in before where names[model.name] == nil {
        guard let index = free.firstIndex(where: { isSame(model, $0) }) else { continue }
        names[model.name] = free.remove(at: index).name
      }
    }
    pair { $0.name == $1.name && $0.description.sha256 == $1.description.sha256 }
    pair { $0.description.sha256 == $1.description.sha256 }
    pair { $0.name == $1.name }
    guard let lost = before.first(where: { names[$0.name] == nil }) else { return names }
    if let other = names.first(where: { $0.value == lost.name })?.key {
      throw mismatch(
        "its model “\(lost.name)” is the baseline's “\(other)”, byte for byte, and none is left for the baseline's “\(lost.name)”",
        "name the files of the models as they were for the baseline, or make a new baseline")
    }
    throw mismatch(
      "it has no model “\(lost.name)”, which the baseline holds; it has \(now.map(\.name).sorted().joined(separator: ", "))",
      "sweep the baseline's models, or make a baseline of those of this run")
  }

  private func key(_ group: Outcomes.Group) -> Outcomes.Key {
    var key = group.key
    key.model = names[key.model]!
    return key
  }

  /// What the baseline calls the run's group about `key`.
  func counterpart(of key: Outcomes.Key, in baseline: Baseline) -> Outcomes.Key? {
    baseline.outcomes.groups.first { self.key($0) == key }?.key
  }

  /// Whether the baseline's `model` is byte for byte the run's.
  func isUnchanged(_ model: String) -> Bool { unchanged.contains(model) }

  func group(_ before: Outcomes.Group, _ options: Gate.Options) -> Gate.Group {
    let now = groups[key(before)]!
    return Gate.Group(
      before.key, images: images, before: before.correct, now: positions.map { now[$0] }, options: options)
  }

  static func mismatch(_ problem: String, _ remedy: String) -> InputError {
    InputError(.file, "the run", problem, remedy: remedy)
  }
}

extension Outcomes.Key {
  /// For example `cnn under FGSM(objective: cross-entropy), untargeted, ε = 8/255`.
  public var words: String {
    guard let attack, let goal, let budget else { return "\(model), clean" }
    return "\(model) under \(attack), \(goal), ε = \(budget.text)"
  }
}
