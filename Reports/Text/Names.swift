import Attacks
import Runs
import Statistics
import Text

/// How reports call the parts of a run: short, and different where the parts are.
struct Names {
  let models: [String]
  let attacks: [String]
  let classes: [String]

  init(_ configuration: RunConfiguration) {
    models = Self.distinct(configuration.models.map { ($0.name, $0.source) })
    attacks = Self.distinct(configuration.attacks.map { ($0.title, $0.description) })
    classes = configuration.dataset.classNames
  }

  private static func distinct(_ names: [(short: String, long: String)]) -> [String] {
    var result = names.enumerated().map { index, name in
      names.count { $0.short == name.short } > 1 ? "\(name.short) (\(name.long))" : name.short
    }
    for index in result.indices where result[..<index].contains(result[index]) { result[index] += " #\(index + 1)" }
    return result
  }

  func goal(_ goal: TargetChoice) -> String {
    switch goal {
    case .untargeted: "untargeted"
    case .target(let target): "towards \(name(ofClass: target))"
    case .each: "each class"
    case .random: "random class"
    case .leastLikely: "least likely class"
    }
  }

  func name(ofClass label: Int) -> String {
    classes.indices.contains(label) ? classes[label] : "class \(label)"
  }
}

extension Proportion {
  /// `31.2%`, or a dash when there was nothing to count.
  var percent: String { value.map { NumberFormat.percent($0) } ?? "–" }
  /// `28.4–34.1`.
  var interval: String {
    value == nil ? "–" : "\(NumberFormat.fixed(lower * 100, 1))–\(NumberFormat.fixed(upper * 100, 1))"
  }
  /// `31.2% (28.4–34.1)`.
  var text: String { value == nil ? "–" : "\(percent) (\(interval))" }
}
