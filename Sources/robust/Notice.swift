import Attacks
import Datasets
import Diagnostics

/// Remarks on standard error about options that do less than one might think.
enum Notice {
  static func show(_ text: String) { ProgressLine().note("robust: \(text)") }

  /// Says before the first image if the steps of an attack are too short for the budgets.
  static func showWarnings(_ attacks: [any Attack], budgets: [Budget], norm: any Norm) {
    for attack in attacks { attack.warning(at: budgets, norm: norm).map(show) }
  }
}

extension Dataset {
  /// The first `limit` images in class-balanced order; all, in the order of the file, if it is nil.
  ///
  /// - Parameter isGiven: whether the user asked for so many, and is told if there are fewer.
  /// - Throws: `InputError(.usage)` if that is less than one.
  func limited(to limit: Int?, isGiven: Bool = true) throws -> Dataset {
    guard let limit else { return self }
    guard limit > 0 else { throw InputError(.usage, "--limit", "\(limit)", remedy: "use 1 or more images") }
    if limit > count, isGiven {
      Notice.show("--limit \(limit): \(name) has \(count.formatted) such images, and all of them are taken")
    }
    return first(limit)
  }
}
