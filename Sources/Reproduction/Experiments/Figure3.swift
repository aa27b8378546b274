import Attacks
import Datasets
import Figures
import Models
import Runs
import Tensors
import Text

/// Figure 3: accuracy and targeted success against ε, for FGSM and BIM on a CNN and on capsules.
struct Figure3: Experiment {
  let id = "figure-3"
  let title = "Figure 3: adversarial robustness"
  let published =
    "Left: accuracy after untargeted FGSM and BIM against ε. Right: success rate of targeted attacks, averaged over the 5 "
    + "classes. Capsules are much less vulnerable to both attacks; their accuracy after an untargeted attack never drops below "
    + "chance (20%), while the CNN's is far below it at ε = 0.2. The attacks follow the gradient of the training loss; the unit "
    + "of ε is not stated."

  /// What is attacked: the paper's, and the one that says whether its advantage survives.
  static let objectives = [Objective.ownLoss, .crossEntropy]

  func run(_ context: ReproductionContext) throws -> ExperimentResult {
    let images = try context.attacked()
    let networks = try context.networks()
    // In the order of the paper's legend.
    let models = [try context.trained(networks.cnn()), try context.trained(networks.capsules())]
    let sweep = try RobustnessSweep(models, on: images, context)
    let summary = try sweep.summary()
    let deviation = Self.meanDeviation(of: images)
    var figures: [ExperimentResult.Figure] = []
    for (index, objective) in Self.objectives.enumerated() {
      for isTargeted in [false, true] {
        let name = "figure-3-\(objective.rawValue)-\(isTargeted ? "targeted" : "untargeted")"
        let plot = plot(summary, objective: index, isTargeted: isTargeted, images, deviation)
        try context.folder.write(plot.svg(width: 640, height: 440, standalone: true), to: "\(name).svg")
        figures.append(.init("\(name).svg", caption: plot.title + "."))
      }
    }
    return ExperimentResult(
      id: id, title: title, published: published, data: context.dataDescription([images]),
      differences: context.commonDifferences(images) + [
        "ε is in pixel values of [0, 1]; one unit of the standardised image is "
          + "\(Cell.number(deviation, digits: 3).text) of them on average. The paper does not say which it uses.",
        "BIM takes 10 steps of ε/5. Every image is attacked anew at each ε. An image that is already wrong is not attacked.",
        "Besides the paper's attack on the training loss, one on the cross-entropy of the scores: the spread loss is exactly "
          + "flat where its margin is met, so that an attack on it may fail although the model is not robust.",
      ],
      findings: sweep.findings(summary, deviation: deviation), comparisons: sweep.comparisons(summary),
      tables: sweep.tables(summary, deviation: deviation), figures: figures, networks: try context.accounts(models))
  }

  private func plot(
    _ summary: RunSummary, objective: Int, isTargeted: Bool, _ images: Dataset, _ deviation: Double
  ) -> LinePlot {
    let cells = summary.results.filter {
      $0.attackIndex % Self.objectives.count == objective && ($0.goalIndex == 1) == isTargeted
    }
    var series: [LinePlot.Series] = []
    for model in summary.configuration.models.indices {
      for attack in summary.configuration.attacks.indices {
        let points = cells.filter { $0.modelIndex == model && $0.attackIndex == attack }
        guard let first = points.first else { continue }
        let name = "\(summary.configuration.attacks[attack].title) \(first.model)"
        series.append(
          .init(
            name: name,
            points: points.map { cell in
              LinePlot.Point(
                x: Double(cell.epsilon), isTargeted ? cell.successRate : cell.accuracy,
                note: "\(name), ε = \(cell.epsilonText)")
            }, kind: (color: model, dash: attack / Self.objectives.count)))
      }
    }
    let what = isTargeted ? "Success rate of targeted attacks, averaged over the classes" : "Accuracy after an attack"
    return LinePlot(
      title: "\(what), on the \(Self.name(of: Self.objectives[objective]))", xLabel: "ε, in pixel values of [0, 1]",
      yLabel: isTargeted ? "success rate, %" : "accuracy, %",
      top: ("ε, in standard deviations of the image", 1 / deviation),
      xMaximum: Double(summary.configuration.budgets.map(\.value).max() ?? 1), series: series,
      reference: .init(y: 100 / Double(images.classCount), label: "chance"))
  }

  static func name(of objective: Objective) -> String {
    objective == .ownLoss ? "training loss" : "cross-entropy of the scores"
  }

  /// The mean over images of the standard deviation of their pixels: a unit of the standardised image in pixel values.
  static func meanDeviation(of images: Dataset) -> Double {
    let deviations = images.labels.indices.map { position in
      let pixels = images.pixels(at: position).map { Double($0) / 255 }
      let mean = pixels.reduce(0, +) / Double(pixels.count)
      return (pixels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pixels.count)).squareRoot()
    }
    return deviations.reduce(0, +) / Double(deviations.count)
  }
}
