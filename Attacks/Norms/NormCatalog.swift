public import Diagnostics

/// The norms by name: a new one is a file of this folder and a line here.
public enum NormCatalog {
  public static let all: [any Norm] = [LInfinity(), L2(), L1(), L0()]

  /// What norms are called, here and elsewhere.
  public static let vocabulary = Vocabulary(
    "norm", names: all.map(\.name),
    synonyms: [
      "inf": "linf", "infinity": "linf", "linfinity": "linf", "l∞": "linf", "max": "linf", "chebyshev": "linf",
      "2": "l2", "euclidean": "l2", "1": "l1", "manhattan": "l1", "0": "l0", "sparse": "l0", "pixels": "l0",
    ])

  static func index(of name: String) -> Int? { all.firstIndex { $0.name == name } }

  /// The norm called `name`.
  /// - Throws: `InputError` of `kind` about `subject` that lists the names.
  public static func norm(named name: String, _ kind: InputError.Kind, _ subject: String) throws -> any Norm {
    let name = try vocabulary.name(for: name, kind, subject)
    return all.first { $0.name == name }!
  }
}
