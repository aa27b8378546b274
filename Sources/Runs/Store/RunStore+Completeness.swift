package import Diagnostics
import Files
import Foundation

extension RunStore {
  /// - Throws: `InputError` of kind `.file` if images are missing that the run is to attack.
  package func requireComplete() throws {
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
  package func incomplete(begun: Int) throws -> InputError {
    if let shard = try options().shard {
      return InputError(
        .file, url.path, "holds part \(shard) of a run, and the whole one is needed",
        remedy: "join all parts by `\(Action.merge)`, and name the folder that it makes")
    }
    return InputError(
      .file, url.path, "the run is not complete: \(begun) of \(configuration.dataset.count) images begun",
      remedy: "go on with it by \(resumption)")
  }

  /// What does what is left of the run, trust checks included, in backticks.
  package var resumption: String { resumption(checks: nil) }

  /// - Parameter checks: other trust checks than the run was asked for.
  package func resumption(checks: String?) -> String {
    let folder = url.deletingLastPathComponent().relativePath
    return "`\(Action.resume(in: folder.isEmpty ? "." : folder, checks: checks))`"
  }

  /// The results of all trust checks that the run was asked for.
  ///
  /// - Throws: `InputError` of kind `.file` if they have not ended or it is part of a run, or `.output` if they can't be theirs.
  package func finishedCheckReport() throws -> TrustReport {
    let report = try checkReport()
    if try options().shard != nil { throw try incomplete(begun: 0) }
    guard try isChecked() else {
      throw InputError(
        .file, url.path,
        "the run was stopped before its trust checks had ended, or was made by a robust that did not seal what they found",
        remedy: "let them run by \(resumption)")
    }
    let names = report.checks.map(\.check)
    let missing = try options().checks.names.filter { !names.contains($0) }
    guard missing.isEmpty else {
      throw InputError(
        .file, url.path, "the run lacks trust checks that it was asked for: \(missing.joined(separator: ", "))",
        remedy: "let them run by \(resumption)")
    }
    try mappingStoreErrors(url) {
      let finders = report.checks.filter { $0.verdict == .found }.map(\.check)
      guard Set(names).count == names.count, Set(finders) == Set(report.findings.map(\.check)) else {
        throw RunSchema.Damage("its findings are not those of its trust checks")
      }
    }
    return report
  }
}
