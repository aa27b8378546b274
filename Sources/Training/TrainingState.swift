import Arrays
import Datasets
import Diagnostics
import Files
import Foundation
public import Models
import Tensors

/// The file from which an interrupted training run goes on: weights, Adam's moments, and what they belong to.
public struct TrainingState: Sendable {
  public let path: String

  public init(path: String) { self.path = path }

  /// Writes where `trainer` stands.
  public func save<M: Model>(_ trainer: Trainer<M>) throws {
    var tensors = trainer.optimizerState
    for name in trainer.model.parameters.names { tensors["weight.\(name)"] = trainer.model.parameters[name] }
    var metadata = try identity(trainer, steps: trainer.stepsDone)
    metadata["record"] = String(decoding: try JSONEncoder.compact.encode(trainer.record), as: UTF8.self)
    try SafeTensors(tensors: tensors, metadata: metadata).write(to: path)
  }

  /// Puts `trainer` where the saved run stood.
  /// - Throws: `InputError(.model)` if the file is missing or belongs to another model, recipe or data set.
  public func restore<M: Model>(_ trainer: inout Trainer<M>) throws {
    let file = try SafeTensors(contentsOf: path)
    let expected = try identity(trainer, steps: 0)
    let keys = ["configuration", "recipe", "dataset_sha256", "dataset_count", "dataset_viewpoints"]
    for key in keys where file.metadata[key] != expected[key] {
      throw InputError(
        .model, path,
        "its \(key) is \(file.metadata[key] ?? "missing"), this command's is \(expected[key] ?? "missing")",
        remedy: "repeat the command that was interrupted, with \(Action.restoreTraining), or start anew without it")
    }
    var model = trainer.model
    for name in model.parameters.names {
      guard let tensor = file.tensors["weight.\(name)"], tensor.shape == model.parameters[name].shape else {
        throw damaged("weight.\(name)")
      }
      model.parameters[name] = tensor
    }
    guard let steps = file.metadata["steps"].flatMap({ Int($0) }),
      trainer.restore(model: model, state: file.tensors, stepsDone: steps, record: try record(in: file))
    else { throw damaged("the optimiser's state") }
  }

  /// What the file says of how the run went; nothing if it is of a version that did not say.
  private func record(in file: SafeTensors) throws -> TrainingRecord {
    guard let text = file.metadata["record"] else { return TrainingRecord() }
    guard let record = try? JSONDecoder().decode(TrainingRecord.self, from: Data(text.utf8)), record.isPossible else {
      throw damaged("the record of the run")
    }
    return record
  }

  /// Removes the file of a run that is complete.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }

  private func damaged(_ what: String) -> InputError {
    InputError(
      .model, path, "\(what) is missing or has the wrong shape", remedy: "start anew without \(Action.restoreTraining)")
  }

  private func identity<M: Model>(_ trainer: Trainer<M>, steps: Int) throws -> [String: String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var identity = [
      "configuration": String(decoding: try encoder.encode(trainer.model.configuration), as: UTF8.self),
      "recipe": String(decoding: try encoder.encode(trainer.recipe), as: UTF8.self),
      "dataset_sha256": trainer.dataset.sha256, "dataset_count": "\(trainer.dataset.count)", "steps": "\(steps)",
    ]
    identity["dataset_viewpoints"] = trainer.dataset.selection?.description
    return identity
  }
}
