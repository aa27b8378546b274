import Reproduction
import Testing
import Text

@Suite struct CellTests {
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
