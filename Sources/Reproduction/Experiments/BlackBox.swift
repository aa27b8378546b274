import Attacks
import Datasets
import Figures
import Models
import Runs
import Statistics
import Tensors
import Text

/// §6: the adversarial examples of a CNN, given to capsules and to another CNN.
struct BlackBox: Experiment {
  let id = "black-box"
  let title = "Black-box attacks: the examples of a CNN"
  let published =
    "Adversarial examples made with a CNN were given to the capsules and to a different CNN. The capsules did not perform "
    + "noticeably better than the CNN. No numbers are stated."

  func run(_ context: ReproductionContext) throws -> ExperimentResult {
    let images = try context.attacked()
    let networks = try context.networks()
    let source = try context.trained(networks.cnn())
    let victims = [try context.trained(networks.cnn("cnn-2", seed: 2)), try context.trained(networks.capsules())]
    let attacks: [any Attack] = [
      FGSM(), BIM(steps: .relative(count: 10, relativeSize: 0.2), takesAllSteps: true),
    ]
    let budgets = try context.budgets()
    var (rows, plots, comparisons): ([[Cell]], [LinePlot.Series], [ExperimentResult.Comparison]) = ([], [], [])
    var findings: [String] = []
    for (place, attack) in attacks.enumerated() {
      let outcomes = try Self.transfer(attack, from: source, to: victims, budgets.values, on: images, context)
      let judges = ["the CNN itself"] + ["another CNN", "capsules"]
      for (judge, name) in judges.enumerated() {
        var points: [LinePlot.Point] = []
        for (budget, value) in budgets.all.enumerated() {
          let correct = outcomes.map { $0.correct[budget][judge] }
          let share = Proportion(correct.count { $0 }, of: correct.count)
          rows.append([
            .attack(title: attack.title, description: attack.description), .text(name), .epsilon(value.text),
            .share(share.value ?? 0),
            .interval(share.lower, share.upper),
            judge == 2
              ? .probability(McNemarTest(Self.pairs(outcomes.map { $0.correct[budget] })).pValue) : .none,
          ])
          points.append(.init(x: Double(value.value), share, note: "\(attack.title), \(name), ε = \(value.text)"))
        }
        plots.append(.init(name: "\(attack.title), \(name)", points: points, kind: (color: judge, dash: place)))
      }
      findings.append(Self.finding(attack, outcomes, budgets))
      let middle = budgets.all.firstIndex { $0.value >= 0.1 } ?? budgets.all.count - 1
      comparisons.append(
        .init(
          "accuracy on the \(attack.title) examples of a CNN at ε = \(budgets.all[middle].text), another CNN and capsules",
          published: "about equal",
          ours: [1, 2].map { judge in
            let right = outcomes.count { $0.correct[middle][judge] }
            return Cell.share(Double(right) / Double(max(outcomes.count, 1))).text
          }.joined(separator: " and ")))
    }
    let plot = LinePlot(
      title: "Accuracy on the examples of a CNN", xLabel: "ε, in pixel values of [0, 1]", yLabel: "accuracy, %",
      xMaximum: Double(budgets.values.max() ?? 1), series: plots,
      reference: .init(y: 100 / Double(images.classCount), label: "chance"))
    try context.folder.write(plot.svg(width: 720, height: 420, standalone: true), to: "black-box.svg")
    return ExperimentResult(
      id: id, title: title, published: published, data: context.dataDescription([images]),
      differences: context.commonDifferences(images) + [
        "Only images that all three networks get right are attacked. BIM takes all of its 10 steps of ε/5, on cross-entropy; "
          + "the paper states neither."
      ],
      findings: findings, comparisons: comparisons,
      tables: [
        Table(
          caption: "Accuracy on the examples of a CNN; p-values of McNemar's test, capsules against the other CNN",
          columns: ["attack", "judged by", "ε", "accuracy", "95% interval", "p"], wordColumns: 3, rows: rows)
      ],
      figures: [.init("black-box.svg", caption: "Accuracy on the examples of a CNN, with 95% intervals.")],
      networks: try context.accounts([source] + victims))
  }

  /// Whether each judge is right about one image, at each budget.
  private struct Outcome: Sendable {
    /// `[budget][judge]`: the source, then the victims.
    let correct: [[Bool]]
  }

  private static func transfer(
    _ attack: any Attack, from source: TrainedModel, to victims: [TrainedModel], _ budgets: [Float],
    on images: Dataset, _ context: ReproductionContext
  ) throws -> [Outcome] {
    let judges = [source.model] + victims.map(\.model)
    let right = try ([source] + victims).map { try context.predictions(of: $0, on: images).isCorrect }
    let chosen = images.subset(at: images.labels.indices.filter { image in right.allSatisfy { $0[image] } })
    return try context.mapChunks("\(attack.title) with \(source.variant.name)", of: chosen.count, by: 16) { positions in
      let labels = chosen.labels(at: positions)
      let outcomes = try attack.run(
        on: source.model, images: chosen.images(at: positions), labels: labels, goal: .untargeted, norm: LInfinity(),
        budgets: budgets,
        options: AttackOptions(
          rawCurves: true, imageIDs: positions.map { chosen.ids[$0] }, isCancelled: context.workplace.isCancelled))
      let predictions = outcomes.map { outcome in judges.map { $0.predictions(for: outcome.images) } }
      return labels.indices.map { row in
        Outcome(correct: predictions.map { $0.map { $0[row] == labels[row] } })
      }
    }.flatMap(\.self)
  }

  /// Capsules, and the other CNN.
  private static func pairs(_ correct: [[Bool]]) -> PairedProportions {
    var pairs = PairedProportions()
    for judges in correct { pairs.add(first: judges[2], second: judges[1]) }
    return pairs
  }

  private static func finding(_ attack: any Attack, _ outcomes: [Outcome], _ budgets: BudgetList) -> String {
    var (better, worse) = ([String](), [String]())
    for (index, budget) in budgets.all.enumerated() where budget.value > 0 {
      let pairs = pairs(outcomes.map { $0.correct[index] })
      guard McNemarTest(pairs).pValue < 0.05 else { continue }
      if pairs.difference > 0 { better.append(budget.text) } else { worse.append(budget.text) }
    }
    func places(_ budgets: [String]) -> String { budgets.isEmpty ? "no ε" : "ε = \(budgets.joined(separator: ", "))" }
    return
      "\(attack.title), \(Cell.count(outcomes.count).text) images: the capsules are significantly (5%) more accurate than "
      + "the other CNN at \(places(better)), and less at \(places(worse)). The paper saw no noticeable difference."
  }
}
