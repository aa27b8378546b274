import ArgumentParser
import Attacks

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

  @Option(help: "BIM: step size α as a multiple of ε. Default 0.2.")
  var stepSize: Float?

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

  func settings() throws -> AttackKind.Settings {
    var settings = AttackKind.Settings()
    if let objective { settings.objective = try Objective(parsing: objective) }
    settings.steps = steps
    settings.relativeStepSize = stepSize
    settings.compatibility = try compat.map { try AttackKind.Compatibility(parsing: $0) }
    settings.startsAtRandom = randomStart
    return settings
  }
}
