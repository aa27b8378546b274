import Attacks
import Comparison
import Foundation
import Reports
import Runs
import Sweeps

/// A run made by hand: two models, FGSM, ε = 0, 0.1 and 0.2, ten images of two classes.
enum Sample {
  /// How many of ten images each model still has right at each ε; all are right at first.
  static let correct = [[10, 7, 2], [10, 9, 5]]

  static func configuration(
    goals: [TargetChoice] = [.untargeted], name: String = "caps", norm: any Norm = LInfinity()
  ) -> RunConfiguration {
    let hash = String(repeating: "ab", count: 32)
    func model(_ name: String) -> RunConfiguration.Model {
      .init(
        name: name, source: "shipped", sha256: hash, kind: "cnn", loss: "cross-entropy", parameterCount: 4_252_549,
        testAccuracy: 0.9163, chunkSize: 50)
    }
    return RunConfiguration(
      models: [model("cnn"), model(name)],
      dataset: .init(
        name: "shapes", split: "test", sha256: hash, count: 10, imageIDsHash: hash, shape: [1, 2, 2],
        classNames: ["round", "square"]),
      attacks: [
        .init(
          name: "fgsm", parameters: [.init("objective", "cross-entropy")], objective: "cross-entropy",
          description: "fgsm(objective: cross-entropy)")
      ], norm: norm, goals: goals,
      budgets: [.init(text: "0", value: 0), .init(text: "0.1", value: 0.1), .init(text: "0.2", value: 0.2)], seed: 7,
      toolVersion: "0.1.0")
  }

  static func records(_ configuration: RunConfiguration) -> [EvaluationRecord] {
    var records: [EvaluationRecord] = []
    for model in 0..<2 {
      for (goal, kind) in configuration.goals.enumerated() {
        for target in kind == .each ? [0, 1] : [nil] as [Int?] {
          for budget in 0..<3 {
            for image in 0..<10 {
              let label = image % 2
              let beaten = image >= correct[model][budget] && label != target
              records.append(
                EvaluationRecord(
                  model: model, attack: 0, goal: goal, target: target, budget: budget, image: image, label: label,
                  cleanPrediction: label, prediction: beaten ? 1 - label : label, success: beaten,
                  attacked: label != target,
                  distances: NormDistances(["linf": configuration.budgets[budget].value, "l2": 0.5, "l1": 0.7, "l0": 3]
                  ), forwards: 1,
                  backwards: 0, seed: 7))
            }
          }
        }
      }
    }
    return records
  }

  /// An error about the second model, a warning about the first, and two checks without findings.
  static let checks = TrustReport(
    checks: [
      .init(check: "zero-gradients", claim: "no gradient is zero", verdict: .found),
      .init(check: "more-steps", claim: "more steps gain <little>", verdict: .found),
      .init(check: "transfer", claim: "transfer is weaker", verdict: .notApplicable, reason: "one model only"),
      .init(check: "non-finite", claim: "nothing is NaN", verdict: .passed),
    ],
    findings: [
      .init(
        check: "more-steps", severity: .warning, title: "FGSM stops, too early", evidence: "It was 3 of 10.",
        numbers: ["images": 10], remedy: "take more steps", scope: .init(model: 0)),
      .init(
        check: "zero-gradients", severity: .error, title: "FGSM failed", evidence: "Zero for 7 of 10 <images>.",
        numbers: ["share": 0.7], remedy: "--objective margin", scope: .init(model: 1, attack: 0, goal: 0, budget: 2)),
    ])

  static func summary(
    goals: [TargetChoice] = [.untargeted], name: String = "caps", checks: TrustReport = TrustReport()
  ) -> RunSummary {
    let configuration = configuration(goals: goals, name: name)
    let facts = RunFacts(
      startedAt: Date(timeIntervalSince1970: 0), finishedAt: Date(timeIntervalSince1970: 9), seconds: 9, threads: 2,
      commandLine: "robust sweep --model a<b.safetensors",
      host: .init(system: "none", architecture: "any", cores: 2, kernels: "portable", oneDNN: "1.2.3"))
    return RunSummary(configuration: configuration, records: records(configuration), checks: checks, facts: facts)
  }

  static func imageRows(_ summary: RunSummary) -> [ImageRow] {
    records(summary.configuration).filter { $0.image < 2 }.map {
      ImageRow(
        record: $0, cleanPNG: Data("clean".utf8), perturbationPNG: Data("change".utf8),
        adversarialPNG: Data("attacked".utf8), magnification: 5)
    }
  }
}
