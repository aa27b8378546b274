import Attacks
import Comparison
import Reports
import Runs
import Testing

/// What reports say of a run follows its norm and the attacks' own descriptions.
struct NormReportTests {
  private func summary(_ norm: any Norm) -> RunSummary {
    let configuration = Sample.configuration(norm: norm)
    return RunSummary(configuration: configuration, records: Sample.records(configuration))
  }

  @Test("Every text of a run in another norm speaks of that norm, and of L∞ nowhere", arguments: 1..<4)
  func speaksOfItsNorm(index: Int) {
    let norm = NormCatalog.all[index]
    let summary = summary(norm)
    let page = HTMLReport.text(summary, rows: [])
    for text in [page, MarkdownReport.text(summary)] {
      #expect(text.contains(norm.title) && !text.replacing("mean L∞", with: "").contains("L∞"), "\(norm.title)")
      #expect(text.contains("mean \(norm.title)") && text.contains("max \(norm.title)"))
      #expect(text.contains(norm.meaning.dropFirst()))
    }
    #expect(page.contains("ε, \(norm.unit)") && !page.contains("in steps of 1/255"))
  }

  @Test("In L∞, ε has its scale of levels")
  func levels() {
    let page = HTMLReport.text(summary(LInfinity()), rows: [])
    #expect(page.contains("ε, in pixel values of [0, 1]") && page.contains("in steps of 1/255"))
    #expect(page.contains("mean L∞") && page.contains("mean L2"))
  }

  @Test(
    "Tables have the columns they always had, and those of another norm at the end", arguments: NormCatalog.all.indices)
  func columns(index: Int) throws {
    let norm = NormCatalog.all[index]
    let lines = CSVReport.text(summary(norm)).split(separator: "\n", omittingEmptySubsequences: false)
    let header = lines[0].split(separator: ",")
    #expect(header[18..<24] == ["mean_linf", "max_linf", "mean_l2", "max_l2", "forwards", "backwards"])
    #expect(header.dropFirst(24) == (index < 2 ? [] : ["mean_\(norm.name)", "max_\(norm.name)"]))
    let last = lines[2].split(separator: ",")
    if index == 2 { #expect(last.suffix(2) == ["0.700000", "0.700000"]) }
    if index == 3 { #expect(last.suffix(2) == ["3.000000", "3.000000"]) }
  }

  @Test("Methods and bibliography come from the attack", arguments: AttackCatalog.names)
  func methods(name: String) throws {
    let attack = try AttackCatalog.attack(parsing: name)
    var configuration = Sample.configuration()
    configuration.attacks = [.init(attack)]
    let summary = RunSummary(configuration: configuration, records: Sample.records(configuration))
    let profile = type(of: attack).profile
    let text = MarkdownReport.text(summary)
    #expect(text.contains(profile.definition.prefix(40)))
    #expect(text.contains("It ascends") == (attack.objective != nil))
    #expect(text.contains("It asks for no gradient.") == (attack.objective == nil))
    if let citation = profile.citation {
      #expect(text.contains(citation.short) && Bibliography.text(summary).contains(citation.key))
    }
    #expect(text.contains("draws an image") == attack.parameters.contains { $0.name == "samples" })
    // An iterative attack, but neither one step nor noise, is more than a loose bound.
    #expect(text.contains("a loose one") == !(attack.stepCount(at: 0.2).map { $0 > 1 } ?? false))
  }
}
