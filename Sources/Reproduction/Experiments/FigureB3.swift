import Attacks
import Datasets
import Imaging
import Models
import Tensors
import Text

/// Figure B.3: adversarial images at two budgets.
struct FigureB3: Experiment {
  let id = "figure-b3"
  let title = "Figure B.3: adversarial images"
  let published =
    "Images that FGSM made with the CNN and with the capsules, at ε = 0.1 and ε = 0.4. The unit of ε is not stated."

  func run(_ context: ReproductionContext) throws -> ExperimentResult {
    let networks = try context.networks()
    let models = [try context.trained(networks.cnn()), try context.trained(networks.capsules())]
    let images = try choose(10, models, context)
    let budgets: [Float] = [0.1, 0.4]
    var rows: [[Bitmap?]] = [images.labels.indices.map { images.picture(at: $0).framed(by: 1, .original) }]
    var table: [[Cell]] = []
    for trained in models {
      for objective in [Objective.ownLoss, .crossEntropy] {
        let outcomes = try FGSM(objective: objective).run(
          on: trained.model, images: images.images(at: images.labels.indices), labels: images.labels, goal: .untargeted,
          norm: LInfinity(), budgets: budgets,
          options: AttackOptions(rawCurves: true, imageIDs: images.ids, isCancelled: context.workplace.isCancelled))
        for outcome in outcomes {
          let levels = Quantizer.levels(of: outcome.images)
          rows.append(
            images.labels.indices.map { image in
              let bytes = Array(levels[(image * images.shape.count)..<((image + 1) * images.shape.count)])
              let isRight = outcome.accounts[image].prediction == images.labels[image]
              return Bitmap(firstOf: bytes, shape: images.shape).framed(by: 1, isRight ? .right : .wrong)
            })
          let predicted = outcome.accounts.map { images.classNames[$0.prediction] }
          table.append(
            [.text(trained.variant.name), .text(objective.rawValue), .epsilon("\(outcome.budget)")]
              + predicted.map { .text($0) })
        }
      }
    }
    try context.folder.write(PNG.encode(ImageGrid.compose(rows: rows, scale: 2, gap: 3)), to: "figure-b3.png")
    let truth = [Cell.text("(true class)"), .none, .none] + images.labels.map { .text(images.classNames[$0]) }
    return ExperimentResult(
      id: id, title: title, published: published, data: context.dataDescription([images]),
      differences: context.commonDifferences(images) + [
        "ε is in pixel values of [0, 1] of \(images.shape) images. FGSM on the model's own loss, as in the paper, and on "
          + "cross-entropy of its scores: where the spread loss of an image is 0, its gradient is, and the image stays as it was."
      ],
      tables: [
        Table(
          caption: "What the images are taken for",
          columns: ["model", "loss", "ε"] + images.labels.indices.map { "image \($0 + 1)" },
          wordColumns: 3 + images.count, rows: [truth] + table)
      ],
      figures: [
        .init(
          "figure-b3.png",
          caption:
            "First row: the images (left one of each pair). Below, in the order of the table, what FGSM made of them: "
            + "framed in green if still right, in red if wrong.")
      ], networks: try context.accounts(models))
  }

  /// Of each class in turn an image that both models get right, as long as there are any.
  private func choose(_ count: Int, _ models: [TrainedModel], _ context: ReproductionContext) throws -> Dataset {
    let pool = try context.attacked()
    let correct = try models.map { try context.predictions(of: $0, on: pool).isCorrect }
    let right = pool.labels.indices.filter { image in correct.allSatisfy { $0[image] } }
    let others = pool.labels.indices.filter { image in !correct.allSatisfy { $0[image] } }
    return pool.subset(at: right + others).first(count)
  }
}

private enum FrameColour {
  case original, right, wrong
}

extension Bitmap {
  fileprivate func framed(by width: Int, _ colour: FrameColour) -> Bitmap {
    switch colour {
    case .original: framed(by: width, red: 160, green: 160, blue: 160)
    case .right: framed(by: width, red: 30, green: 150, blue: 60)
    case .wrong: framed(by: width, red: 200, green: 40, blue: 40)
    }
  }
}
