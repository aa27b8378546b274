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

  @Option(help: "BIM: how many steps. Default 10.")
  var steps: Int?

  @Option(
    help: "BIM: step size α as a multiple of ε (0.2), or in pixel values, the same at every ε (2/255). Default 0.2.")
  var stepSize: String?

  @Option(
    help: "BIM: `kurakin` takes α = 1/255 and the step count of Kurakin et al. 2017.",
    completion: .list(AttackKind.Compatibility.allCases.map(\.rawValue)))
  var compat: String?

  @Flag(help: "Start BIM at a random point of the ε-ball.")
  var randomStart = false

  /// The options that were given, as they are spelt.
  var given: [String] {
    [
      ("--objective", objective != nil), ("--steps", steps != nil), ("--step-size", stepSize != nil),
      ("--compat", compat != nil), ("--random-start", randomStart),
    ].filter(\.1).map(\.0)
  }

  /// The settings of attacks of `kinds`.
  /// - Throws: `InputError` of kind `.usage` for an option without meaning, or that none of `kinds` has any use for.
  func settings(for kinds: [AttackKind]) throws -> AttackKind.Settings {
    let unused = given.filter { $0 != "--objective" }
    guard unused.isEmpty || kinds.contains(where: \.takesSteps) else {
      let names = kinds.map(\.rawValue).joined(separator: " and ")
      let others = AttackKind.allCases.filter(\.takesSteps).map { "--attack \($0.rawValue)" }.joined(separator: " or ")
      throw InputError(
        .usage, unused.joined(separator: ", "), "\(names) takes a single step, which is ε long and starts at the image",
        remedy: "leave \(unused.count == 1 ? "it" : "them") out, or attack in steps: \(others)")
    }
    var settings = AttackKind.Settings()
    if let objective { settings.objective = try Objective(parsing: objective) }
    settings.steps = steps
    switch try stepSize.map({ try StepSize(parsing: $0) }) {
    case .relative(let multiple): settings.relativeStepSize = multiple
    case .absolute(let size): settings.absoluteStepSize = size
    case nil: break
    }
    settings.compatibility = try compat.map { try AttackKind.Compatibility(parsing: $0) }
    settings.startsAtRandom = randomStart
    return settings
  }
}
