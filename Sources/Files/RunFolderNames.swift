/// What is called how in the folder of a run: known down here, since no other output may take these names.
package enum RunFolderNames {
  package static let store = "run.sqlite"
  package static let lock = "run.lock"
  package static let images = "images"
  package static let manifest = "manifest.csv"
  /// The store until it is complete.
  package static let newStore = ".new.run.sqlite"

  private static let stores = [store, store + "-journal", newStore, newStore + "-journal"]
  private static let reports = [
    "accuracy.csv", "curves.csv", "findings.csv", "summary.json", "report.md", "report.html", "report.tex",
    "references.bib", "per-image.csv",
  ]

  /// Whether a run writes a file called `name`, or the folder of its pictures.
  package static func isOwn(_ name: String) -> Bool {
    stores.contains(name) || reports.contains(name) || name == lock || name == images || isFigure(name)
  }

  /// Whether `name` is what a process that was killed left of a file that it was making.
  package static func isLeftover(_ name: String) -> Bool {
    if name == newStore || name == newStore + "-journal" { return true }
    guard let target = TemporaryName.target(of: name) else { return false }
    return reports.contains(target) || isFigure(target)
  }

  /// Reports call figures `accuracy.svg`, `worst-case.svg`, `success-1.pdf` and the like.
  private static func isFigure(_ name: String) -> Bool {
    name.wholeMatch(of: /[a-z]+(-[a-z0-9]+)*\.(svg|pdf|png)/) != nil
  }
}
