import Diagnostics

/// How many of the exported adversarial examples still are some once they are files of 8 bits.
public struct ExportSurvival: Sendable, Hashable {
  /// Exported examples that fool their model.
  public var successes: Int
  /// Those that still do as files, read back.
  public var surviving: Int

  public init(successes: Int, surviving: Int) {
    self.successes = successes
    self.surviving = surviving
  }

  var sentence: String {
    guard successes > 0 else { return "None of the exported attacks succeeded." }
    let verb = successes == 1 ? "success survives" : "successes survive"
    let lattice = surviving < successes ? "; with \(Setting.lattice), all would" : ""
    return """
      \(surviving) of \(successes) exported \(verb) being saved as 8-bit PNG\(lattice). images/manifest.csv says which \
      (still_fools), and at which ε each was first found (first_epsilon).
      """
  }
}
