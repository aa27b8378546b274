import Foundation

/// Where the adversarial examples of a run are filed.
///
///     <model>/<attack>/<goal>/eps-0.05/00017.png        8/255 is written 8_255; `each` has a folder per target
///     clean/00017.png
struct ExamplePaths: Sendable {
  let configuration: RunConfiguration
  let modelNames: [String]
  let attackNames: [String]

  init(_ configuration: RunConfiguration) {
    self.configuration = configuration
    modelNames = Self.folderNames(configuration.models.map(\.name))
    attackNames = Self.folderNames(configuration.attacks.map(\.name))
  }

  /// The example of `record`.
  func path(of record: EvaluationRecord) -> String {
    let goal = configuration.goals[record.goal]
    let target = goal == .each ? "/target-\(record.target ?? 0)" : ""
    let epsilon = configuration.budgets[record.budget].text.replacing("/", with: "_")
    return "\(modelNames[record.model])/\(attackNames[record.attack])/\(goal.rawValue)\(target)/eps-\(epsilon)/"
      + Self.fileName(record.image)
  }

  /// The original of `image`.
  func clean(_ image: Int) -> String { "clean/" + Self.fileName(image) }

  private static func fileName(_ image: Int) -> String {
    String(repeating: "0", count: max(0, 5 - "\(image)".count)) + "\(image).png"
  }

  /// Names fit for folders, each once: letters, digits, `.`, `-` and `_`.
  private static func folderNames(_ names: [String]) -> [String] {
    var result: [String] = []
    for name in names {
      var safe = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) || ".-_".contains($0) ? $0 : "-" })
      // "clean" is where the originals are, and a dot would hide the folder or leave it.
      if safe.isEmpty || safe.hasPrefix(".") || safe == "clean" { safe = "model-" + safe }
      var unique = safe
      var number = 2
      while result.contains(unique) {
        unique = "\(safe)-\(number)"
        number += 1
      }
      result.append(unique)
    }
    return result
  }
}
