import Attacks
import Comparison
import Runs

/// How reports of a check call its groups: short, and different where the groups are.
struct OutcomeNames {
  private let shortAttacks: [String: String]

  init(_ check: Gate) {
    self.init(attacks: (check.groups.map(\.key) + check.floors.map(\.key)).compactMap(\.attack))
  }

  init(attacks: [String]) {
    let attacks = Set(attacks)
    func short(_ attack: String) -> String { String(attack.prefix { $0 != "(" }) }
    shortAttacks = Dictionary(
      uniqueKeysWithValues: attacks.map { attack in
        (attack, attacks.count { short($0) == short(attack) } > 1 ? attack : short(attack))
      })
  }

  /// `FGSM`, or `none`.
  func attack(_ key: Outcomes.Key) -> String { key.attack.map { shortAttacks[$0] ?? $0 } ?? "none" }

  /// `untargeted`, or nothing for clean images.
  func goal(_ key: Outcomes.Key) -> String { key.goal?.rawValue ?? "" }

  func epsilon(_ key: Outcomes.Key) -> String { key.budget?.text ?? "0" }

  /// `cnn, FGSM untargeted, ε = 8/255` or `cnn, clean`.
  func title(_ key: Outcomes.Key) -> String {
    guard key.attack != nil else { return "\(key.model), clean" }
    return "\(key.model), \(attack(key)) \(goal(key)), ε = \(epsilon(key))"
  }
}
