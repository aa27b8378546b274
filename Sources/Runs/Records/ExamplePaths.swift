import Attacks
import Files
import Foundation

/// Where the adversarial examples of a run are filed.
///
///     <model>/<attack>/<goal>/eps-0.05/00017.png        8/255 is written 8_255; `each` has a folder per target
///     clean/00017.png
package struct ExamplePaths: Sendable {
  package let configuration: RunConfiguration
  package let modelNames: [String]
  package let attackNames: [String]
  private let budgetNames: [String]

  package init(_ configuration: RunConfiguration) {
    self.configuration = configuration
    modelNames = Self.folderNames(configuration.models.map(\.name))
    attackNames = Self.folderNames(configuration.attacks.map(\.name))
    budgetNames = configuration.budgets.map {
      "eps-" + FileName.shortened($0.text.replacing("/", with: "_"), to: FileName.limit)
    }
  }

  /// The example of `record`.
  package func path(of record: EvaluationRecord) -> String {
    let goal = configuration.goals[record.goal]
    let target = goal == .each ? "/target-\(record.target ?? 0)" : ""
    return "\(modelNames[record.model])/\(attackNames[record.attack])/\(goal.rawValue)\(target)/"
      + "\(budgetNames[record.budget])/" + Self.fileName(record.image)
  }

  /// The original of `image`.
  package func clean(_ image: Int) -> String { "clean/" + Self.fileName(image) }

  private static func fileName(_ image: Int) -> String {
    String(repeating: "0", count: max(0, 5 - "\(image)".count)) + "\(image).png"
  }

  /// Names fit for folders, each once.
  private static func folderNames(_ names: [String]) -> [String] {
    FileName.distinct(names) { name in
      let name = name.lowercased()
      // "clean" is where the originals are, and tables and sheets lie beside the folders of the models; a dot would hide
      // the folder or leave it.
      return name.isEmpty || name.hasPrefix(".") || name == "clean"
        || [".csv", ".json", ".png"].contains { name.hasSuffix($0) }
    }
  }
}
