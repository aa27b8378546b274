import ArgumentParser
import Attacks
import Diagnostics
import Files

/// What perturbations are measured by.
struct NormOptions: ParsableArguments {
  @Option(
    help: """
      What ε measures, one for all attacks of a run: \(NormCatalog.all.map { "\($0.name), \($0.meaning)" }.joined(separator: "; ")). \
      Default: \(LInfinity().name).
      """, completion: .list(NormCatalog.all.map(\.name)))
  var norm: String?

  /// - Throws: `InputError` of kind `.usage` for a name that is none.
  func chosen() throws -> any Norm { try norm.map { try NormCatalog.norm(named: $0, .usage, "--norm") } ?? LInfinity() }
}

extension Norm {
  /// The last of the budgets that a sweep takes by default.
  var largestDefaultBudget: String {
    (try? BudgetList(parsing: defaultBudgets, norm: self))?.all.last?.text ?? ""
  }
}
