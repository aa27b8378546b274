import Foundation
import Runs
import Text

/// Where a run's numbers come from: versions, hashes, seed, machine.
enum Provenance {
  static func entries(_ summary: RunSummary) -> [(term: String, text: String)] {
    let configuration = summary.configuration
    let names = Names(configuration)
    var entries = [
      ("robust", summary.toolVersion), ("Seed", "\(summary.seed)"),
      ("Configuration SHA-256", summary.configurationHash),
      (
        "Data",
        """
        \(configuration.dataset.title), \
        \(NumberFormat.grouped(configuration.dataset.count)) images of \
        \(configuration.dataset.shape.map(String.init).joined(separator: "×"))\
        \(configuration.dataset.source.map { "; from \($0)" } ?? "")
        """
      ),
      ("Data SHA-256", configuration.dataset.sha256), ("Image ids SHA-256", configuration.dataset.imageIDsHash),
    ]
    for (index, model) in configuration.models.enumerated() {
      var facts = ["\(model.kind), \(NumberFormat.grouped(model.parameterCount)) parameters, \(model.loss)"]
      if let accuracy = model.testAccuracy {
        facts.append("\(NumberFormat.percent(accuracy, decimals: 2)) of its whole test set by its own record")
      }
      if let crops = model.crops { facts.append("mean over \(crops) crops") }
      if !model.preprocessingPhrases.isEmpty {
        facts.append("before it, images are \(model.preprocessingPhrases.joined(separator: ", "))")
      }
      facts += model.notes ?? []
      facts.append("from \(model.source)")
      entries.append((names.models[index], facts.joined(separator: "; ")))
      entries.append(("\(names.models[index]) SHA-256", model.sha256))
    }
    if let run = summary.run {
      entries.append(("Command", run.commandLine))
      entries.append(
        (
          "Run",
          """
          \(run.startedAt.formatted(.iso8601)) to \(run.finishedAt.formatted(.iso8601)), \
          \(NumberFormat.fixed(run.seconds, 1)) s on \(run.threads) thread\(run.threads == 1 ? "" : "s")
          """
        ))
      entries.append(("Machine", "\(run.host.system), \(run.host.architecture), \(run.host.cores) cores"))
      if !run.host.software.isEmpty { entries.append(("Built for", run.host.software)) }
    }
    return entries
  }
}
