import Attacks
import Comparison
import Foundation
import Reports
import Runs
import TestSupport

/// A run of two models under FGSM in which every image is right before, and `correct` says what is right after: by model and
/// budget, the images.
struct PairedRun {
  let count: Int
  let correct: [[Set<Int>]]
  var attacks = ["fgsm"]
  var modelNames = ["cnn", "caps"]

  var configuration: RunConfiguration {
    var configuration = Sample.configuration()
    configuration.dataset.count = count
    let model = configuration.models[0]
    configuration.models = modelNames.map { name in
      var model = model
      model.name = name
      return model
    }
    configuration.attacks = attacks.map {
      .init(name: $0, parameters: [], objective: "cross-entropy", description: "\($0)(objective: cross-entropy)")
    }
    configuration.budgets =
      [.init(text: "0", value: 0)]
      + (1...correct[0].count).map { .init(text: "0.\($0)", value: Float("0.\($0)")!) }
    return configuration
  }

  var records: [EvaluationRecord] {
    var records: [EvaluationRecord] = []
    for model in correct.indices {
      for attack in attacks.indices {
        for budget in 0...correct[model].count {
          for image in 0..<count {
            let isRight = budget == 0 || correct[model][budget - 1].contains(image)
            records.append(
              EvaluationRecord(
                model: model, attack: attack, goal: 0, target: nil, budget: budget, image: image, label: image % 2,
                cleanPrediction: image % 2, prediction: isRight ? image % 2 : 1 - image % 2, success: !isRight,
                attacked: true, distances: NormDistances(["linf": 0, "l2": 0]), forwards: 1, backwards: 1, seed: 7))
          }
        }
      }
    }
    return records
  }

  var summary: RunSummary { RunSummary(configuration: configuration, records: records) }

  /// What `robust compare` makes of the run.
  func comparison() throws -> RunComparison {
    let folder = try TemporaryFolder()
    let store = try RunStore.create(at: URL(filePath: folder("run.sqlite")), configuration: configuration)
    try store.append(records)
    return try RunComparison([RunComparison.Input(name: "run", store: store)])
  }
}
