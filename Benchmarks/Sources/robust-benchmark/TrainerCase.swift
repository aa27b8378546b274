import Datasets
import Foundation
import Models
import Tensors
import Training

/// One step of the trainer that `robust train` runs, with all that it does, on the shipped images.
final class TrainerCase: LoadedCase {
  private let step: () throws -> Void

  init(_ requested: Case) throws {
    let model = try Checkpoint.read(requested.weights).model
    step = try Self.stepper(model, batch: try required(requested.batch, "batch"), threads: requested.threads)
  }

  func run() throws { try step() }

  func results() throws -> Results {
    throw WorkerError("the trainer draws its own batches: there is nothing to compare")
  }

  private static func stepper<M: Model>(_ model: M, batch: Int, threads: Int) throws -> () throws -> Void {
    var recipe = Recipe()
    recipe.batchSize = batch
    recipe.epochs = 100_000
    var trainer = try Trainer(
      model: model, dataset: try DatasetCatalog().load(), recipe: recipe, threads: threads)
    return { _ = try trainer.step() }
  }
}
