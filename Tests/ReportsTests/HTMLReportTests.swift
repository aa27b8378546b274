import Attacks
import Foundation
import Reports
import Runs
import Sweeps
import TestSupport
import Testing

@Suite struct HTMLReportTests {
  private func page(goals: [TargetChoice] = [.untargeted, .each], name: String = "caps") -> String {
    let summary = Sample.summary(goals: goals, name: name)
    return HTMLReport.text(summary, rows: Sample.imageRows(summary))
  }

  @Test func isWellFormedAndSelfContained() throws {
    let text = page()
    let markup = try #require(Markup(text))
    #expect(markup.all("script").isEmpty && markup.all("link").isEmpty && markup.all("iframe").isEmpty)
    let links = markup.all("a").compactMap { $0.attributes["href"] }
    #expect(links.count >= 6 && links.allSatisfy { $0.hasPrefix("#") })
    let references = markup.elements.filter { $0.name != "a" }.flatMap { element in
      ["src", "href", "action", "data", "poster"].compactMap { element.attributes[$0] }
    }
    #expect(!references.isEmpty && references.allSatisfy { $0.hasPrefix("data:image/png;base64,") })
    #expect(!text.contains("https:") && !text.contains("url(") && !text.contains("@import"))
    #expect(text.ranges(of: "http:").count == text.ranges(of: "http://www.w3.org/").count)
    #expect(markup.elements.allSatisfy { $0.attributes.keys.allSatisfy { !$0.hasPrefix("on") } })
  }

  @Test(arguments: ["<script>alert(1)</script>", "a&b\"c'd", "{{title}}", "bad\u{1}\u{8}name"])
  func namesAreEscaped(name: String) throws {
    let text = page(name: name)
    let markup = try #require(Markup(text))
    #expect(markup.all("script").isEmpty)
    let heading = try #require(markup.all("h1").first)
    let shown = name.replacing("\u{1}", with: "\u{FFFD}").replacing("\u{8}", with: "\u{FFFD}")
    #expect(heading.text == "How cnn and \(shown) withstand FGSM")
    #expect(text.contains("a&lt;b.safetensors") && !text.contains("a<b.safetensors"))
  }

  @Test func tablesHaveCaptionsAndHeaders() throws {
    let markup = try #require(Markup(page()))
    #expect(markup.all("table").count == markup.all("caption").count)
    #expect(markup.all("th").allSatisfy { $0.attributes["scope"] != nil })
    #expect(markup.all("img").allSatisfy { $0.attributes["alt"]?.isEmpty == false })
    #expect(markup.all("svg").allSatisfy { $0.attributes["aria-label"]?.isEmpty == false })
  }

  @Test func wordsFollowFromTheNumbers() throws {
    let markup = try #require(Markup(page(goals: [.untargeted])))
    let lead = markup.all("li", in: "lead").map(\.text).joined(separator: " ")
      .replacing("\u{A0}", with: " ")
    // 7 of 20 images are left at ε = 0.2: the first ε at which half of the right ones are gone.
    #expect(lead.contains("At ε = 0.2, FGSM leaves cnn at 20.0% (5.7–51.0) and caps at 50.0% (23.7–76.3); "))
    #expect(lead.contains("; chance is 50%."))
    // Three images speak for caps and none against: p = 2 · 2⁻³, times three differences.
    #expect(
      lead.contains(
        "do not settle which of cnn and caps withstands it better: the difference of caps from cnn, on the same images, is "
          + "+30.0 (−6.1 to +60.3), p = 0.750."))
    #expect(lead.contains("Accuracy falls below chance at ε = 0.2 for cnn."))
  }

  /// At ε = 0.2 images 2 to 9 of the first model fall and 5 to 9 of the second; the even ones are round.
  @Test func heatMapHoldsTheShares() throws {
    let markup = try #require(Markup(page(goals: [.each])))
    let cells = markup.all("td", in: "heat")
    let (first, second) = (cells.prefix(4).map(\.text), cells.dropFirst(4).prefix(4).map(\.text))
    #expect(Array(first) == ["·", "80", "80", "·"])
    #expect(Array(second) == ["·", "40", "60", "·"])
    #expect(cells[1].attributes["style"] == "--p:80%" && cells[1].attributes["title"] == "round to square: 4 of 5")
  }

  @Test func withoutImagesOrTargetsTheirSectionsAreLeftOut() throws {
    let text = HTMLReport.text(Sample.summary(), rows: [])
    let ids = try #require(Markup(text)).all("section").compactMap { $0.attributes["id"] }
    #expect(ids == ["checks", "accuracy", "curves", "classes", "results", "methods", "provenance"])
  }

  /// At ε = 0.2 images 2 to 9 of the first model are beaten: of the five round ones (even) only image 0 is left.
  @Test func classesAreShownAtEveryBudget() throws {
    let markup = try #require(Markup(page(goals: [.untargeted])))
    let cells = markup.all("td", in: "heat right").map(\.text)
    // Two models, two classes: how many images, then clean, 0.1 and 0.2, where images 7 to 9 and 2 to 9 are beaten.
    #expect(cells.prefix(8) == ["5", "100", "80", "20", "5", "100", "60", "20"])
  }

  @Test func cardsNameTheImageAndTheOutcome() throws {
    let markup = try #require(Markup(page(goals: [.untargeted])))
    let cards = markup.all("p", in: "cards").map(\.text)
    #expect(cards.contains("withstood ε = 0.2") && cards.contains("image 1: square"))
    #expect(markup.all("img", in: "cards").count == 3 * markup.all("li", in: "cards").count)
  }

  /// What the picture shows is what is said of it, also where rounding undid the attack, or did its work.
  @Test func cardsShowWhatTheirFilesShow() throws {
    let summary = Sample.summary()
    func card(_ success: Bool, file: Int, isUnchanged: Bool = false) throws -> (when: String, texts: [String]) {
      let record = try #require(
        Sample.records(summary.configuration).first { $0.success == success && $0.budget == 2 && $0.label == 1 })
      let row = ImageRow(
        record: record, cleanPNG: Data(), perturbationPNG: Data(), adversarialPNG: Data(), magnification: 1,
        filePrediction: file, isUnchanged: isUnchanged)
      let markup = try #require(Markup(HTMLReport.text(summary, rows: [row])))
      let fates = markup.all("span", in: "cards").filter { $0.attributes["class"] == "fate" }.map(\.text)
      let marks = markup.all("span", in: "cards").filter { $0.attributes["class"] != "fate" }.map(\.text)
      return (
        fates.joined(),
        marks + markup.all("figcaption", in: "cards").map(\.text) + markup.all("p", in: "cards").map(\.text)
      )
    }
    let surviving = try card(true, file: 0)
    #expect(surviving.when.isEmpty && surviving.texts.contains(" round") && surviving.texts.contains("✗"))
    let lost = try card(true, file: 1, isUnchanged: true)
    #expect(lost.when == ", lost in 8 bits" && !lost.texts.contains("✗") && !lost.texts.contains(" round"))
    #expect(
      lost.texts.contains { $0.hasSuffix("; before rounding to 8 bits taken for round; rounding undid every change") })
    #expect(try card(false, file: 1).when.isEmpty)
    let undone = try card(false, file: 0)
    #expect(undone.when == ", but its 8-bit picture does not" && undone.texts.contains("✗"))
  }

  @Test func saysHowManyExportsSurvive() {
    let summary = Sample.summary()
    let survival = ExportSurvival(successes: 26, surviving: 19)
    let sentence = "19 of 26 exported successes survive being saved as 8-bit PNG"
    #expect(HTMLReport.text(summary, rows: Sample.imageRows(summary), survival: survival).contains(sentence))
    #expect(MarkdownReport.text(summary, survival: survival).contains(sentence))
    #expect(!MarkdownReport.text(summary).contains("exported"))
  }

  /// A browser breaks lines after hyphens; options are in spans that do not wrap, and nothing else is.
  @Test func optionsDoNotBreak() throws {
    var summary = Sample.summary(checks: Sample.checks)
    summary.run?.commandLine = "robust sweep --attack fgsm --model a--b/--c<d> --output=x -- --"
    let markup = try #require(Markup(HTMLReport.text(summary, rows: [])))
    let options = markup.all("span").filter { $0.attributes["class"] == "option" }.map(\.text)
    #expect(Set(options) == ["--attack", "--objective", "--model", "--output"])
    #expect(page().contains(".option{white-space:nowrap}"))
  }
}
