import Datasets
import Kernels
import Models
import Runs
import Statistics
import Text

/// Table 1: the test error of the capsule network with one part changed at a time.
struct Table1: Experiment {
  let id = "table-1"
  let title = "Table 1: components of the architecture"
  let published =
    "Test error on smallNORB. The best model has three iterations of EM routing, 4×4 pose matrices, spread loss and "
    + "Coordinate Addition (third row, 1.8%); every other row changes a part of it. The baseline CNN reaches 5.2%, Ciresan et "
    + "al. 2011 2.56%, and the best model 1.4% when its activations are averaged over several crops. In the text: a small "
    + "network reaches 2.2%, and activations like mixing proportions 4.5%."

  func run(_ context: ReproductionContext) throws -> ExperimentResult {
    let test = try context.test()
    let rows = try rows(context)
    let training = try context.training()
    var plan = try TrainingPlan(id, rows.compactMap(\.variant), on: training, context)
    var (models, predictions): ([TrainedModel?], [Predictions?]) = ([], [])
    for row in rows {
      let trained = try row.variant.map { variant in
        let trained = try context.trained(variant)
        plan.finish(variant)
        return trained
      }
      models.append(trained)
      predictions.append(try trained.map { try row.predictions(context, $0, test) })
    }
    let best = predictions[Published.bestRow]!
    let pairs = predictions.enumerated().map { index, prediction -> PairedProportions? in
      guard let prediction, index != Published.bestRow else { return nil }
      var pairs = PairedProportions()
      for (row, best) in zip(prediction.isCorrect, best.isCorrect) { pairs.add(first: row, second: best) }
      return pairs
    }
    // One family: every row against the third.
    let adjusted = Statistics.holmAdjusted(pairs.compactMap { $0.map { McNemarTest($0).pValue } })
    var next = adjusted.makeIterator()
    let comparisons = zip(rows, zip(predictions, pairs)).map { row, ours in
      Line(
        row: row, errors: ours.0?.errors, count: test.count, pairs: ours.1, pValue: ours.1 == nil ? nil : next.next()!)
    }
    return ExperimentResult(
      id: id, title: title, published: published, data: context.dataDescription([training, test]),
      differences: context.commonDifferences(test) + [
        "The network of Ciresan et al. 2011 is not rebuilt.",
        "The CNN was trained as long as the capsules, with Adam at 0.001; the paper searched its hyperparameters.",
      ],
      findings: findings(comparisons, best.errors, test.count),
      comparisons: comparisons.map { line in
        .init("test error, \(line.row.label)", published: line.publishedText, ours: line.oursText)
      },
      tables: [
        Table(
          caption: "Test error; p-values of McNemar's test against the third row, adjusted for all rows (Holm)",
          columns: [
            "model", "iterations", "pose", "loss", "coordinates", "paper", "ours", "95% interval", "errors",
            "vs third row", "p",
          ], wordColumns: 5, rows: comparisons.map(\.cells))
      ], networks: try context.accounts(models.compactMap(\.self)))
  }

  /// What the paper concludes from its rows, held against ours.
  private func findings(_ lines: [Line], _ best: Int, _ count: Int) -> [String] {
    let ablations = lines.filter { $0.row.isAblation }
    let agreeing = ablations.filter { $0.difference ?? 0 > 0 }
    let certain = ablations.filter { $0.pValue ?? 1 < 0.05 }
    let named = certain.map { "\($0.row.label) (\($0.differenceText))" }.joined(separator: ", ")
    var sentences = [
      "The paper's third row beats every row that changes a part of it. Here it makes fewer errors than \(agreeing.count) of "
        + "those \(ablations.count); \(certain.count) of the differences are significant at 5%: "
        + "\(certain.isEmpty ? "none" : named)."
    ]
    if let cnn = lines.first(where: { $0.row.isBaseline }), let errors = cnn.errors, let p = cnn.pValue {
      let relation = errors > best ? "fewer" : errors < best ? "more" : "as many"
      sentences.append(
        "The capsules make \(relation) errors \(errors == best ? "as" : "than") the baseline CNN: \(best) and \(errors) of "
          + "\(Cell.count(count).text) (\(Cell.probability(p).text.hasPrefix("<") ? "p " : "p = ")\(Cell.probability(p).text))."
      )
    }
    return sentences
  }
}

extension Table1 {
  /// A row with our result.
  struct Line {
    let row: Table1Row
    let errors: Int?
    let count: Int
    /// Right or not: this row, and the third.
    let pairs: PairedProportions?
    let pValue: Double?

    /// By how much the error is larger than that of the third row.
    var difference: Double? { pairs.map { -$0.difference } }
    var differenceText: String { difference.map { Cell.points($0).text } ?? "–" }
    var publishedText: String { row.published.map { Cell.published(percent: $0).text } ?? "–" }
    var oursText: String { errors.map { Cell.share(Double($0) / Double(count)).text } ?? "–" }

    var cells: [Cell] {
      let interval = errors.map { Statistics.wilson(successes: $0, trials: count) }
      return [
        .text(row.label), row.iterations.map { .text("\($0)") } ?? .none, row.pose.map { .text($0) } ?? .none,
        row.loss.map { .text($0) } ?? .none, row.addsCoordinates.map { .text($0 ? "yes" : "no") } ?? .none,
        .published(percent: row.published), errors.map { .share(Double($0) / Double(count)) } ?? .none,
        interval.map { .interval($0.lower, $0.upper) } ?? .none, errors.map { .count($0) } ?? .none,
        difference.map { .points($0) } ?? .none, pValue.map { .probability($0) } ?? .none,
      ]
    }
  }
}
