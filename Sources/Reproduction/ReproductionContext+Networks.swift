import Files
import Foundation
import Models
import Text
import Training

extension ReproductionContext {
  /// What a page says of the networks that took part, each once.
  func accounts(_ models: [TrainedModel]) throws -> [ExperimentResult.Network] {
    var seen = Set<String>()
    return try models.filter { seen.insert($0.path).inserted }.map { trained in
      ExperimentResult.Network(
        name: trained.variant.fullName, checkpoint: PathParts.join("models", PathParts.name(trained.path)),
        sha256: trained.sha256, parameters: trained.model.parameters.count,
        images: trained.account.images, epochs: trained.variant.recipe.epochs,
        steps: trained.account.steps, loss: trained.model.trainingLoss.description,
        recipe: String(decoding: try JSONEncoder.compact.encode(trained.variant.recipe), as: UTF8.self))
    }
  }

  /// How the networks of a result were trained, and how long it took.
  func times(of result: ExperimentResult) throws -> Table? {
    guard !result.networks.isEmpty else { return nil }
    let rows = try result.networks.map { network -> [Cell] in
      let account = try TrainedModels.account(ofCheckpoint: PathParts.join(folder.path, network.checkpoint))
      let last = account.record.epochs.last
      return [
        .text(network.name), .count(network.parameters), .count(network.images), .count(network.epochs),
        .count(network.steps), .text(network.loss), .number(last?.meanLoss ?? 0, digits: 3),
        .share(last?.accuracy ?? 0), .number(account.record.seconds, digits: 3), .count(account.threads),
      ]
    }
    return Table(
      caption: "How the networks were trained",
      columns: [
        "network", "parameters", "images", "epochs", "steps", "loss", "last loss", "last training accuracy", "seconds",
        "threads",
      ], rows: rows)
  }
}
