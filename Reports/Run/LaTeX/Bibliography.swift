import Attacks
public import Runs

/// `references.bib`: the works that `report.tex` cites, which are those of the attacks, objectives and intervals of the run.
public enum Bibliography {
  public static func text(_ summary: RunSummary) -> String {
    var seen: Set<BibliographyEntry> = []
    let entries = summary.configuration.attacks.flatMap(works) + [.scoreInterval]
    return entries.filter { seen.insert($0).inserted }.map(\.bibTeX).joined(separator: "\n")
  }

  /// Those of an attack and of what it climbs, as far as they have an author.
  static func works(of attack: RunConfiguration.Attack) -> [BibliographyEntry] {
    let method = (attack.profile?.citation).map { [BibliographyEntry($0)] } ?? []
    let objective: [BibliographyEntry] =
      switch attack.objective {
      case "margin": [.margin]
      case "dlr": [.logitsRatio]
      default: []
      }
    return method + objective
  }
}
