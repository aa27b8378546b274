import Foundation
import Reproduction
import Testing

@Suite struct CellTests {
  @Test func whatIsStatedKeepsItsDigits() {
    let table = Table(
      caption: "a", columns: ["paper", "ours"],
      rows: [[.stated(percent: 2.56), .share(0.0256)], [.stated(percent: 20), .share(0.2)]])
    #expect(table.markdown.hasSuffix("| 2.56% | 2.6% |\n| 20% | 20.0% |"))
  }

  @Test func isRoundedAsThePaperDoes() {
    let table = Table(
      caption: "a", columns: ["name", "share", "interval", "count", "p", "number"],
      rows: [
        [
          .text("x"), .share(0.0184), .interval(0.01, 0.025), .count(12_345), .probability(0.0004),
          .number(0.012345, digits: 3),
        ],
        [.text("y"), .share(0.0044), .none, .count(0), .probability(0.04), .number(1234.5, digits: 3)],
      ])
    #expect(
      table.markdown.split(separator: "\n").dropFirst(2).map(String.init) == [
        "| x | 1.8% | 1.0–2.5 | 12,345 | &lt;0.001 | 0.0123 |", "| y | 0.44% | – | 0 | 0.040 | 1234 |",
      ])
    #expect(
      table.csv == """
        name,share,interval lower,interval upper,count,p,number
        x,0.0184,0.01,0.025,12345,0.0004,0.012345
        y,0.0044,,,0,0.04,1234.5

        """)
  }

  @Test func attacksAndBudgetsJoinWithThoseOfRuns() {
    let table = Table(
      caption: "a", columns: ["attack", "ε", "share"],
      rows: [
        [.attack(title: "FGSM", description: "FGSM(objective: dlr)"), .epsilon("8/255"), .share(0.5)],
        [.none, .none, .share(1)],
      ])
    #expect(table.markdown.hasSuffix("| FGSM | 8/255 | 50.0% |\n| – | – | 100.0% |"))
    #expect(
      table.csv == """
        attack,attack_parameters,epsilon,epsilon_text,share
        fgsm,objective: dlr,0.03137254901960784,8/255,0.5
        ,,,,1.0

        """)
  }
}
