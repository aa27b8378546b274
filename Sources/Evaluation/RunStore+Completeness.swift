import Files
import Foundation

extension RunStore {
  /// - Throws: `InputError` of kind `.file` if images are missing that the run is to attack.
  func requireComplete() throws {
    let (models, attacks, goals) = (configuration.models, configuration.attacks, configuration.goals)
    for model in models.indices {
      for attack in attacks.indices {
        for goal in goals.indices {
          let begun = try images(model: model, attack: attack, goal: goal).count
          guard begun == configuration.dataset.count else { throw try incomplete(begun: begun) }
        }
      }
    }
  }

  /// The error for a run of whose images only `begun` were attacked: it was stopped, or is a part of one.
  func incomplete(begun: Int) throws -> InputError {
    if let shard = try options().shard {
      return InputError(
        .file, url.path, "holds part \(shard) of a run, and the whole one is needed",
        remedy: "join all parts by `robust merge`, and name the folder that it makes")
    }
    return InputError(
      .file, url.path, "the run is not complete: \(begun) of \(configuration.dataset.count) images begun",
      remedy: "give the command of its sweep again, which goes on where it stopped")
  }
}
