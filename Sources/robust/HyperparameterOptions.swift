import ArgumentParser
import Attacks
import Diagnostics

/// The hyperparameters of attacks.
struct HyperparameterOptions: ParsableArguments {
  @Option(
    help: """
      What the attack ascends: \(Objective.allCases.map(\.rawValue).joined(separator: ", ")). \
      Default: \(Objective.crossEntropy.rawValue).
      """, completion: Completions.objectives)
  var objective: String?

  @Option(help: "How many steps, for attacks that take some: bim 10, pgd 40.")
  var steps: Int?

  @Option(
    help: """
      Step size α as a multiple of ε (0.2), or as a fraction in the unit of the norm, the same at every ε (2/255). \
      Default: bim 0.2, pgd 2.5 / steps.
      """)
  var stepSize: String?

  @Option(
    help: "`kurakin`: BIM takes α = 1/255 and the step count of Kurakin et al. 2017.",
    completion: .list([Steps.kurakinName]))
  var compat: String?

  @Option(
    help: "How many starts, for attacks that have several (pgd): what withstands one is started again. Default 1.")
  var restarts: Int?

  @Flag(help: "Start BIM at a random point of the ε-ball, as pgd does anyway.")
  var randomStart = false

  /// The attacks with what they do, for `--help`.
  static var attackSummaries: String {
    AttackCatalog.all.map { "\($0.profile.name) (\($0.profile.summary))" }.joined(separator: ", ")
  }

  /// The options that were given, as they are spelt, with the hyperparameters that they stand for.
  func given() throws -> [(option: String, name: String, value: String)] {
    var given: [(option: String, name: String, value: String)] = []
    if let objective { given.append(("--objective", "objective", try Objective(parsing: objective).rawValue)) }
    if let compat {
      guard compat.lowercased() == Steps.kurakinName else {
        throw NearMatch.unknown(.usage, "--compat", compat, what: "variant", among: [Steps.kurakinName])
      }
      guard steps == nil, stepSize == nil else {
        throw InputError(
          .usage, "--compat kurakin", "it sets the steps and their size itself, but one of them is given as well",
          remedy: "leave out --steps and --step-size, or --compat")
      }
      given.append(("--compat", "steps", Steps.kurakinName))
    }
    if let steps {
      guard (1...10_000).contains(steps) else {
        throw InputError(.usage, "--steps", "found \(steps); expected 1 to 10000", remedy: "for example --steps 10")
      }
      given.append(("--steps", "steps", "\(steps)"))
    }
    if let stepSize {
      let parameter = try StepSize(parsing: stepSize).parameter
      given.append(("--step-size", parameter.name, parameter.value))
    }
    if let restarts {
      guard (1...10_000).contains(restarts) else {
        throw InputError(
          .usage, "--restarts", "found \(restarts); expected 1 to 10000", remedy: "for example --restarts 5")
      }
      given.append(("--restarts", "restarts", "\(restarts)"))
    }
    if randomStart { given.append(("--random-start", "startsAtRandom", "true")) }
    return given
  }

  /// The attacks that `text` lists, with these hyperparameters where it gives none.
  ///
  /// - Parameter onLattice: whether all of them search on the grid of 8-bit images.
  /// - Throws: `InputError` of kind `.usage` for an option without meaning, or that none of the attacks has any use for.
  func attacks(_ text: String, onLattice: Bool) throws -> [any Attack] {
    let given = try given() + (onLattice ? [("--lattice", "lattice", "true")] : [])
    let attacks = try AttackCatalog.attacks(parsing: text, defaults: given.map { ($0.name, $0.value) })
    for (option, name, _) in given where !attacks.contains(where: { type(of: $0).profile.arguments.contains(name) }) {
      let users = AttackCatalog.all.filter { $0.profile.arguments.contains(name) }.map { "--attack \($0.profile.name)" }
      throw InputError(
        .usage, option, "\(attacks.map(\.name).joined(separator: " and ")) has no use for it",
        remedy: "leave it out, or use an attack that has: \(users.joined(separator: ", "))")
    }
    if onLattice, let other = attacks.first(where: { $0.onLattice == nil }) {
      throw InputError(
        .usage, "--lattice", "\(other.name) does not search on the grid of 8-bit images",
        remedy: "leave out \(other.name), or --lattice")
    }
    return attacks
  }
}
