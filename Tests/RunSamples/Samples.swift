package import Attacks
package import Runs

extension RunConfiguration {
  /// A small run: three classes, one model, `goals`, two budgets.
  package static func sample(
    attacks: [String] = ["fgsm"], goals: [TargetChoice] = [.untargeted], seed: UInt64 = 1,
    budgets: [Budget] = [Budget(text: "0", value: 0), Budget(text: "8/255", value: 8 / 255)]
  ) -> RunConfiguration {
    RunConfiguration(
      models: [
        Model(
          name: "cnn", source: "shipped", sha256: "aa", kind: "cnn", loss: "cross-entropy", parameterCount: 12,
          testAccuracy: 0.9, chunkSize: 50)
      ],
      dataset: Dataset(
        name: "shapes", split: "test", sha256: "bb", count: 4, imageIDsHash: "cc", shape: [1, 2, 2],
        classNames: ["round", "square", "long"]),
      attacks: attacks.map { Attack(name: $0, parameters: [], objective: "cross-entropy", description: "\($0)()") },
      norm: LInfinity(), goals: goals, budgets: budgets, seed: seed, toolVersion: "0.1.0")
  }
}

extension EvaluationRecord {
  /// A record of image `image` with prediction `clean` before and `after` after; success follows from them.
  package static func sample(
    attack: Int = 0, goal: Int = 0, target: Int? = nil, budget: Int = 1, image: Int, label: Int, clean: Int,
    after: Int, norm: Float = 0
  ) -> EvaluationRecord {
    EvaluationRecord(
      model: 0, attack: attack, goal: goal, target: target, budget: budget, image: image, label: label,
      cleanPrediction: clean, prediction: after,
      success: clean == label && label != target && (target.map { after == $0 } ?? (after != label)),
      attacked: clean == label && label != target, distances: NormDistances(["linf": norm, "l2": 2 * norm]),
      forwards: 2, backwards: 1,
      seed: .max)
  }
}
