import Evaluation
import Foundation
import Reports
import Testing

@Suite struct HTMLReportTests {
  private func page(goals: [GoalKind] = [.untargeted, .each], name: String = "caps") -> String {
    let summary = Sample.summary(goals: goals, name: name)
    return HTMLReport.text(summary, rows: Sample.imageRows(summary))
  }

  @Test func isWellFormedAndSelfContained() throws {
    let text = page()
    let markup = try #require(Markup(text))
    #expect(markup.all("script").isEmpty && markup.all("link").isEmpty && markup.all("iframe").isEmpty)
    let references = markup.elements.flatMap { element in
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
    let lead = try #require(markup.all("p").first { $0.attributes["class"] == "lead" }).text
      .replacing("\u{A0}", with: " ")
    // 7 of 20 images are left at ε = 0.2: the first ε at which half of the right ones are gone.
    #expect(lead.contains("At ε = 0.2, FGSM leaves cnn at 20.0% (5.7–51.0) and caps at 50.0% (23.7–76.3); "))
    #expect(lead.contains("; chance is 50%."))
    #expect(lead.contains("the intervals overlap"))
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
    #expect(ids == ["checks", "accuracy", "results", "methods", "provenance"])
  }
}
