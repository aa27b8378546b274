import Attacks
import Comparison
import Datasets
import Files
import Foundation
import Models
import Runs
import Statistics
import Sweeps
import Text

/// The run behind Figure 3: FGSM and BIM, on both objectives, untargeted and at every class, in a run store of its own from
/// which it goes on after any stop.
struct RobustnessSweep {
  private let context: ReproductionContext
  private let sweep: Sweep

  init(_ models: [TrainedModel], on images: Dataset, _ context: ReproductionContext) throws {
    self.context = context
    let attacks: [any Attack] =
      Figure3.objectives.map { FGSM(objective: $0) } + Figure3.objectives.map { BIM(objective: $0) }
    let configuration = RunConfiguration(
      models: try models.map { .init($0.path, try Checkpoint.read($0.path, name: $0.variant.name)) },
      dataset: .init(images), attacks: attacks.map { .init($0) }, norm: LInfinity(),
      goals: [.untargeted, .each],
      budgets: try context.budgets().all, limit: images.count, seed: 0, rawCurves: true,
      toolVersion: context.workplace.toolVersion)
    sweep = try Sweep(configuration, models: models.map(\.model), attacks: attacks, dataset: images)
  }

  /// The run's results: from its store if it is complete, else once it is.
  /// - Throws: `Interrupted` if someone asked to stop; what was attacked is stored.
  func summary() throws -> RunSummary {
    let name = "figure-3-\(sweep.configuration.configurationHash.prefix(8))"
    let directory = try SweepDirectory.open(
      at: PathParts.join(context.folder.runs, name), configuration: sweep.configuration,
      options: RunOptions(examples: .first(0), checks: .none))
    defer { try? directory.store.close() }
    let display = context.workplace.display(0)
    let isComplete = try sweep.run(
      into: directory, threads: context.threads, isCancelled: context.workplace.isCancelled,
      progress: { report in
        display.show(
          "figure-3: \(report.model)", share: Double(report.done) / Double(report.total),
          detail: "\(report.done)/\(report.total) images")
      })
    display.clear()
    guard isComplete else { throw Interrupted() }
    return try RunSummary(of: directory.store)
  }

  /// Accuracy and targeted success, at every ε.
  func tables(_ summary: RunSummary, deviation: Double) -> [Table] {
    [false, true].map { isTargeted in
      let cells = summary.results.filter { ($0.goalIndex == 1) == isTargeted }
      return Table(
        caption: isTargeted
          ? "Success rate of targeted attacks, averaged over the classes" : "Accuracy after an untargeted attack",
        columns: ["model", "attack", "attacked", "ε", "ε / σ", isTargeted ? "success" : "accuracy", "95% interval"],
        wordColumns: 3,
        rows: cells.map { cell in
          let share = isTargeted ? cell.successRate : cell.accuracy
          let attack = summary.configuration.attacks[cell.attackIndex]
          return [
            .text(cell.model), .attack(title: attack.title, description: attack.description),
            .text(attack.objective ?? ""),
            .epsilon(cell.epsilonText),
            .number(Double(cell.epsilon) / deviation, digits: 2), share.value.map { .share($0) } ?? .none,
            .interval(share.lower, share.upper),
          ]
        })
    }
  }

  func comparisons(_ summary: RunSummary) -> [ExperimentResult.Comparison] {
    let chance = 1 / Double(summary.configuration.classCount)
    return Figure3.objectives.enumerated().flatMap { index, objective in
      let attacked = "attacked on the \(Figure3.name(of: objective))"
      let paper = objective == .ownLoss
      return [0, 1].map { model in
        let cells = untargeted(summary, model: model, objective: index)
        let lowest = cells.compactMap(\.accuracy.value).min() ?? 0
        let under = cells.first { ($0.accuracy.value ?? 1) < chance }
        let ours =
          "lowest \(Cell.share(lowest).text)"
          + (under.map { ", under chance from ε = \($0.epsilonText)" } ?? ", never under chance")
        let published = model == 1 ? "never under chance (20%)" : "far under chance at ε = 0.2"
        return ExperimentResult.Comparison(
          "accuracy of the \(model == 1 ? "capsules" : "CNN"), \(attacked)", published: paper ? published : "–",
          ours: ours)
      }
    }
  }

  /// For each objective, at which ε which model is the more accurate, by McNemar's test.
  func findings(_ summary: RunSummary, deviation: Double) -> [String] {
    Figure3.objectives.enumerated().flatMap { index, objective in
      let cnn = untargeted(summary, model: 0, objective: index)
      let capsules = untargeted(summary, model: 1, objective: index)
      var sentences: [String] = []
      for attack in Set(cnn.map(\.attackIndex)).sorted() {
        let name = summary.configuration.attacks[attack].title
        var (better, worse) = ([String](), [String]())
        for (a, b) in zip(cnn, capsules) where a.attackIndex == attack && a.epsilon > 0 {
          // Intervals that do not overlap: a stricter test than any on their difference.
          if b.accuracy.lower > a.accuracy.upper { better.append(a.epsilonText) }
          if b.accuracy.upper < a.accuracy.lower { worse.append(a.epsilonText) }
        }
        func places(_ budgets: [String]) -> String {
          budgets.isEmpty ? "no ε" : "ε = \(budgets.joined(separator: ", "))"
        }
        sentences.append(
          "\(name) on the \(Figure3.name(of: objective)): the capsules are clearly more accurate (95% intervals apart) at "
            + "\(places(better)), the CNN at \(places(worse)).")
      }
      return sentences
    }
  }

  private func untargeted(_ summary: RunSummary, model: Int, objective: Int) -> [RunSummary.Cell] {
    summary.results.filter {
      $0.modelIndex == model && $0.goalIndex == 0 && $0.attackIndex % Figure3.objectives.count == objective
    }
  }
}
