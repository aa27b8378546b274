import Diagnostics

/// The experiments by name, in the order in which `all` runs them: the cheap ones first, then those that train, each with
/// what the ones before it have trained.
public enum ExperimentCatalog {
  public static let all: [any Experiment] = [
    Parameters(), FigureB1(), Table1(), VoteFigure(kind: .clipped), VoteFigure(kind: .complete), FigureB3(),
    Gradients(), BlackBox(), Figure3(), Table2(),
  ]

  /// What stands for all of them.
  public static let everything = "all"

  public static var names: [String] { all.map(\.id) + [everything] }

  /// The experiments that `names` ask for, in the order of the catalogue.
  /// - Throws: `InputError` of kind `usage` that lists the names.
  public static func experiments(_ names: [String]) throws -> [any Experiment] {
    let vocabulary = Vocabulary("experiment", names: Self.names)
    let names = try names.map { try vocabulary.name(for: $0, .usage, "\(Action.reproduce)") }
    return names.contains(everything) ? all : all.filter { names.contains($0.id) }
  }
}
