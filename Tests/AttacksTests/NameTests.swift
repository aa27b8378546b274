import Attacks
import Diagnostics
import Testing

/// What attacks and objectives are called elsewhere.
@Suite struct NameTests {
  @Test(arguments: [
    ("FGSM", AttackKind.fgsm), ("Fgsm", .fgsm), ("fast_gradient_sign_method", .fgsm), ("BIM", .bim), ("I-FGSM", .bim),
    ("ifgsm", .bim), ("i_fgsm", .bim), ("Basic Iterative Method", .bim), ("basic-iterative", .bim),
  ])
  func attacks(name: String, kind: AttackKind) throws { #expect(try AttackKind(parsing: name) == kind) }

  @Test(arguments: [
    ("pgd", "--attack bim --random-start"), ("PGD", "--attack bim --random-start"), ("PGD-Linf", "--random-start"),
    ("autoattack", "--objective dlr"), ("AutoAttack", "--objective dlr"), ("apgd-ce", "bim"),
    ("C&W", "--objective margin"),
    ("cw", "robust minimum"), ("deepfool", "robust minimum"), ("square", "square-attack"), ("noise", "random-noise"),
    ("mi-fgsm", "bim"), ("jsma", "L∞"), ("fgms", "did you mean fgsm?"), ("bmi", "did you mean bim?"),
    ("ifgms", "did you mean"),
  ])
  func attacksThatAreNotThere(name: String, advice: String) {
    let error = #expect(throws: InputError.self) { try AttackKind(parsing: name) }
    #expect(error?.kind == .usage && error?.remedy.contains(advice) == true, "\(error?.remedy ?? "")")
    #expect(error?.remedy.hasSuffix("known: fgsm, bim") == true)
  }

  /// What is advised is there.
  @Test func advisedAttacksCanBeMade() throws {
    let settings = AttackKind.Settings(objective: try Objective(parsing: "dlr"), steps: 100, startsAtRandom: true)
    #expect(try AttackKind.bim.attack(settings).parameters.contains(AttackParameter("startsAtRandom", true)))
  }

  @Test(arguments: [
    ("CE", Objective.crossEntropy), ("CrossEntropy", .crossEntropy), ("cross_entropy", .crossEntropy), ("cw", .margin),
    ("Margin", .margin), ("DLR", .dlr), ("ownloss", .ownLoss), ("own", .ownLoss),
  ])
  func objectives(name: String, objective: Objective) throws { #expect(try Objective(parsing: name) == objective) }

  @Test(arguments: [
    ("spread", "own-loss"), ("hinge", "margin"), ("kl", "cross-entropy"), ("marign", "did you mean margin?"),
  ])
  func objectivesThatAreNotThere(name: String, advice: String) {
    let error = #expect(throws: InputError.self) { try Objective(parsing: name) }
    #expect(error?.remedy.contains(advice) == true, "\(error?.remedy ?? "")")
  }

  /// Python's `8/255 == 0.03137254901960784`.
  @Test(arguments: [("8/255", 0.03137254901960784), ("0.1", 0.1), ("1e-2", 0.01), ("1/3", 0.3333333333333333)])
  func budgetsKeepWhatWasTyped(text: String, value: Double) { #expect(Budgets.exactValue(of: text) == value) }
}
