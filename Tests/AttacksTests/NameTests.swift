import Attacks
import Diagnostics
import Testing

/// What attacks and objectives are called elsewhere.
@Suite struct NameTests {
  @Test(arguments: [
    ("FGSM", "fgsm"), ("Fgsm", "fgsm"), ("fast_gradient_sign_method", "fgsm"), ("BIM", "bim"), ("I-FGSM", "bim"),
    ("ifgsm", "bim"), ("i_fgsm", "bim"), ("Basic Iterative Method", "bim"), ("basic-iterative", "bim"), ("PGD", "pgd"),
    ("Projected Gradient Descent", "pgd"), ("UniformNoise", "uniform-noise"), ("noise", "uniform-noise"),
  ])
  func attacks(name: String, known: String) throws { #expect(try AttackCatalog.attack(parsing: name).name == known) }

  @Test(arguments: [
    ("autoattack", "objective: dlr"), ("AutoAttack", "pgd(steps: 100, restarts: 5), objective: dlr"),
    ("apgd-ce", "pgd"),
    ("C&W", "attacks: pgd, objective: margin, norm: l2"),
    ("cw", "`MinimumSearch`"), ("deepfool", "`MinimumSearch`"), ("square", "checks: square-attack"),
    ("mi-fgsm", "momentum: 1"), ("ni-fgsm", "bim or pgd"), ("jsma", "norm: l0"), ("l2", "chosen by norm;"),
    ("fgms", "did you mean fgsm?"), ("bmi", "did you mean bim?"),
    ("ifgms", "did you mean"),
  ])
  func attacksThatAreNotThere(name: String, advice: String) {
    let error = #expect(throws: InputError.self) { try AttackCatalog.attack(parsing: name) }
    #expect(error?.kind == .usage && error?.remedy.contains(advice) == true, "\(error?.remedy ?? "")")
    #expect(error?.remedy.hasSuffix("known: \(AttackCatalog.names.joined(separator: ", "))") == true)
  }

  /// What is advised is there.
  @Test func advisedAttacksCanBeMade() throws {
    let momentum = try AttackCatalog.attack(
      parsing: "pgd(steps: 10, relativeStepSize: 0.1, momentum: 1, startsAtRandom: false)")
    #expect(momentum.parameters.contains(AttackParameter("momentum", Float(1))))
    let strong = try AttackCatalog.attack(parsing: "pgd(steps: 100, restarts: 5)", defaults: [("objective", "dlr")])
    #expect(strong.stepCount(at: 0.1) == 500 && strong.objective == .dlr)
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
  func budgetsKeepWhatWasTyped(text: String, value: Double) { #expect(BudgetList.exactValue(of: text) == value) }
}
