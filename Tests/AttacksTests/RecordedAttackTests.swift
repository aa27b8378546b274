import Attacks
import Diagnostics
import Testing

/// What a run records of an attack is enough to make it again.
struct RecordedAttackTests {
  static let attacks: [any Attack] =
    Objective.allCases.flatMap { objective -> [any Attack] in
      [FGSM(objective: objective), FGSM(objective: objective, isOnLattice: true), BIM(objective: objective).onLattice!]
        + [false, true].flatMap { atRandom in
          [false, true].flatMap { thorough -> [any Attack] in
            [.kurakin, .relative(count: 1, relativeSize: 1), .relative(count: 10, relativeSize: 0.1 + 0.2)].map {
              BIM(steps: $0, objective: objective, startsAtRandom: atRandom, takesAllSteps: thorough)
            }
          }
        }
    }

  @Test(arguments: attacks.indices)
  func roundTrip(index: Int) throws {
    let attack = Self.attacks[index]
    let again = try AttackCatalog.attack(named: attack.name, parameters: attack.parameters)
    #expect(again.description == attack.description && again.objective == attack.objective)
    #expect(AnyHashable(again) == AnyHashable(attack))
  }

  @Test("Every attack that the command line knows comes back", arguments: AttackCatalog.names)
  func everyName(name: String) throws {
    let attack = try AttackCatalog.attack(parsing: name)
    #expect(try AttackCatalog.attack(parsing: attack.description).description == attack.description)
    #expect(
      try AttackCatalog.attack(named: attack.name, parameters: attack.parameters).description == attack.description)
  }

  static let unknown: [(String, [AttackParameter])] = [
    ("deepfool", [.init("objective", "margin")]), ("fgsm", []), ("fgsm", [.init("objective", "lucky")]),
    ("fgsm", [.init("objective", "margin"), .init("steps", 3)]),
    ("bim", [.init("steps", -1), .init("relativeStepSize", 0.2), .init("objective", "margin")]),
    ("bim", [.init("steps", 10), .init("relativeStepSize", "nan"), .init("objective", "margin")]),
    ("bim", [.init("steps", 10), .init("relativeStepSize", 0.2), .init("objective", "margin"), .init("restarts", 2)]),
  ]

  @Test(arguments: unknown)
  func refuses(name: String, parameters: [AttackParameter]) {
    let error = #expect(throws: InputError.self) { try AttackCatalog.attack(named: name, parameters: parameters) }
    #expect(error?.kind == .file && error?.subject.hasPrefix(name) == true)
  }
}
