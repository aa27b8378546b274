import Attacks
import Autodiff
import Datasets
import Models
import Tensors
import Text

/// §6: whether the capsules' robustness is that of a gradient which numbers can't hold.
struct Gradients: Experiment {
  let id = "gradients"
  let title = "Zero and small gradients"
  let published =
    "The share of zero values in the gradient by the image is smaller for the capsules than for the CNN; the capsules' "
    + "gradients are smaller by 2 orders of magnitude, and not by the 16 that Brendel & Bethge 2017 saw where only numerics "
    + "protected a model."

  func run(_ context: ReproductionContext) throws -> ExperimentResult {
    let images = try context.attacked()
    let networks = try context.networks()
    let models = [try context.trained(networks.capsules()), try context.trained(networks.cnn())]
    var rows: [[Cell]] = []
    var measured: [Objective: [GradientSize]] = [:]
    for objective in [Objective.ownLoss, .crossEntropy] {
      for trained in models {
        let size = try Self.size(of: trained.model, objective, on: images, context)
        measured[objective, default: []].append(size)
        rows.append([
          .text(trained.variant.name), .text(objective.rawValue), .share(size.zeroShare), .share(size.zeroShareInside),
          .share(size.blankShare), .number(size.mean, digits: 3), .number(size.meanInside, digits: 3),
        ])
      }
    }
    return ExperimentResult(
      id: id, title: title, published: published, data: context.dataDescription([images]),
      differences: context.commonDifferences(images) + [
        "The paper does not say over which loss, or over which images, it takes the gradient: here both the model's own loss "
          + "and cross-entropy on its scores, over \(Cell.count(images.count).text) test images."
      ],
      findings: [Objective.ownLoss, .crossEntropy].map { Self.finding($0, measured[$0]!) },
      comparisons: [
        .init(
          "zero gradients (own loss), capsules and CNN", published: "capsules fewer",
          ours: measured[.ownLoss]!.map { Cell.share($0.zeroShareInside).text }.joined(separator: " and ")),
        .init(
          "gradient of the CNN / of the capsules (own loss)", published: "100",
          ours: Self.ratio(measured[.ownLoss]!)),
      ],
      tables: [
        Table(
          caption: "Gradients of the loss by the pixels",
          columns: [
            "model", "loss", "zeros", "zeros inside the crop", "images with none but zeros", "mean size",
            "mean size inside",
          ], wordColumns: 2, rows: rows)
      ], networks: try context.accounts(models))
  }

  private static func ratio(_ sizes: [GradientSize]) -> String {
    sizes[0].meanInside > 0 ? Cell.number(sizes[1].meanInside / sizes[0].meanInside, digits: 3).text : "–"
  }

  private static func finding(_ objective: Objective, _ sizes: [GradientSize]) -> String {
    let (capsules, cnn) = (sizes[0], sizes[1])
    return
      "By \(objective.rawValue), \(Cell.share(capsules.zeroShareInside).text) of the capsules' gradient inside the crop and "
      + "\(Cell.share(cnn.zeroShareInside).text) of the CNN's is exactly zero; for \(Cell.share(capsules.blankShare).text) and "
      + "\(Cell.share(cnn.blankShare).text) of the images all of it is. The mean size of the CNN's is \(ratio(sizes)) times "
      + "that of the capsules'."
  }

  private static func size(
    of model: any Model, _ objective: Objective, on images: Dataset, _ context: ReproductionContext
  ) throws -> GradientSize {
    let inside = model.seenRegion
    return try context.mapChunks("gradients of \(model.name)", of: images.count, by: model.chunkSize) { positions in
      let graph = Graph()
      let input = graph.variable(images.images(at: positions))
      let loss = objective.perImage(
        model.outputs(for: input), labels: images.labels(at: positions), goal: .untargeted,
        trainingLoss: model.trainingLoss
      ).sum()
      return GradientSize(graph.gradients(of: loss, by: [input])[0], inside: inside)
    }.reduce(GradientSize(), +)
  }
}
