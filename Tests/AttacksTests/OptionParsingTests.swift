import Attacks
import Diagnostics
import Tensors
import Testing

struct BudgetsTests {
  static let examples: [(String, [String], [Float])] = [
    ("0.1", ["0.1"], [0.1]),
    ("8/255, 1/255", ["1/255", "8/255"], [1 / 255, 8 / 255]),
    (
      "0:0.5:11", ["0", "0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.35", "0.4", "0.45", "0.5"],
      [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5]
    ),
    ("0:0.2:3,4/255,1", ["0", "4/255", "0.1", "0.2", "1"], [0, 4 / 255, 0.1, 0.2, 1]),
    ("1e-2", ["1e-2"], [0.01]),
    ("0.5:1:2", ["0.5", "1"], [0.5, 1]),
  ]

  @Test("Numbers, fractions and ranges", arguments: examples)
  func parses(text: String, texts: [String], values: [Float]) throws {
    let budgets = try BudgetList(parsing: text, norm: LInfinity())
    #expect(budgets.all.map(\.text) == texts)
    #expect(budgets.values == values)
  }

  @Test(
    "What has no meaning is refused by name, with an example",
    arguments: [
      ("", "missing"), ("0.1,,0.2", "missing"), ("-0.1", "negative"), ("-1/255", "negative"), ("abc", "not a number"),
      ("nan", "not a number"), ("inf", "not a number"), ("1/0", "not a number"), ("1/2/3", "not a number"),
      ("8", "8/255"), ("1.01", "at most 1"), ("0.1,0.1", "twice"), ("0.5,1/2", "same budget"), ("0:0.5", "three parts"),
      ("0:0.5:1", "count"), ("0:0.5:1000000000", "count"), ("0:0.5:2.5", "count"), ("0.5:0:3", "ascend"),
      ("0:1:600,0.0001:0.9999:599", "more than"), ("0:0.5:11:2", "three parts"), ("0x", "not a number"),
    ])
  func refuses(text: String, problem: String) {
    let error = #expect(throws: InputError.self) { try BudgetList(parsing: text, norm: LInfinity()) }
    #expect(error?.kind == .usage)
    #expect(error?.problem.contains(problem) == true, "\(error?.description ?? "")")
    #expect(error?.remedy.contains("0:0.5:11") == true)
  }
}

struct TargetChoiceTests {
  @Test(arguments: [
    ("3", TargetChoice.target(3)), ("each", .each), ("random", .random), ("least-likely", .leastLikely),
    ("untargeted", .untargeted),
  ])
  func parses(text: String, choice: TargetChoice) throws {
    #expect(try TargetChoice(parsing: text) == choice)
    #expect(choice.rawValue == (text == "3" ? "target-3" : text))
    #expect(TargetChoice(rawValue: choice.rawValue) == choice)
  }

  @Test(arguments: ["-1", "all", "", "3", "target-", "target--1", "target-x"])
  func isNotStoredSo(text: String) { #expect(TargetChoice(rawValue: text) == nil) }

  @Test(arguments: ["-1", "1.5", "all", ""])
  func refuses(text: String) {
    let error = #expect(throws: InputError.self) { try TargetChoice(parsing: text) }
    #expect(error?.kind == .usage && error?.problem.contains("“\(text)”") == true)
  }

  /// “random” stays a way to choose, and 2 a number, whatever the classes are called.
  @Test(arguments: [
    ("Shirt", TargetChoice.target(1)), ("shirt", .target(1)), ("ANKLE BOOT", .target(2)), ("2", .target(2)),
    ("9", .target(9)),
    ("random", .random), ("Bag", .target(4)), ("bag", .target(5)),
  ])
  func parsesNamesOfClasses(text: String, choice: TargetChoice) throws {
    let names = ["7", "shirt", "ankle boot", "random", "Bag", "bag"]
    #expect(try TargetChoice(parsing: text, classNames: names) == choice)
  }

  @Test func namesTheClassesThatThereAre() {
    let error = #expect(throws: InputError.self) {
      try TargetChoice(parsing: "shrit", classNames: ["T-shirt/top", "trouser", "shirt"])
    }
    #expect(error?.remedy.contains("did you mean shirt") == true && error?.remedy.contains("trouser") == true)
    // Two that differ by case alone are told apart by nothing else.
    #expect(throws: InputError.self) { try TargetChoice(parsing: "BAG", classNames: ["Bag", "bag"]) }
  }

  @Test func refusesAClassThatIsNotThere() {
    #expect(throws: InputError.self) { try TargetChoice.target(10).validate(classCount: 10) }
    #expect(throws: InputError.self) { try TargetChoice.random.validate(classCount: 1) }
    #expect(throws: Never.self) { try TargetChoice.target(9).validate(classCount: 10) }
    #expect(throws: Never.self) { try TargetChoice.untargeted.validate(classCount: 1) }
  }

  @Test func eachMakesAGoalOfEveryClass() {
    let goals = TargetChoice.each.goals(
      labels: [0, 2], imageIDs: [0, 1], cleanScores: Tensor(shape: [2, 3]), seed: 0)
    #expect(goals == [.targeted([0, 0]), .targeted([1, 1]), .targeted([2, 2])])
  }

  @Test("Least likely is the smallest score among the other classes")
  func leastLikely() {
    let scores = Tensor([3, 1, -2, -2, 5, 5, 0.5, 0.25, 1] as [Float], shape: [3, 3])
    let goals = TargetChoice.leastLikely.goals(labels: [0, 0, 1], imageIDs: [0, 1, 2], cleanScores: scores, seed: 0)
    #expect(goals == [.targeted([2, 1, 0])])
  }

  @Test("Random targets are never the label, follow seed and image, and are spread evenly")
  func random() {
    let count = 3000
    let labels = (0..<count).map { $0 % 4 }
    func targets(_ ids: [Int], seed: UInt64) -> [Int] {
      let goals = TargetChoice.random.goals(
        labels: ids.map { labels[$0] }, imageIDs: ids, cleanScores: Tensor(shape: [ids.count, 4]), seed: seed)
      guard case .targeted(let targets) = goals[0] else { return [] }
      return targets
    }
    let all = targets(Array(0..<count), seed: 5)
    #expect(zip(all, labels).allSatisfy { $0 != $1 && (0..<4).contains($0) })
    #expect(targets(Array((0..<count).reversed()), seed: 5) == all.reversed())
    #expect(targets(Array(0..<count), seed: 6) != all)
    // 750 images of label 0 over three targets: 250 each, standard deviation 13.
    for target in 1...3 {
      let hits = zip(all, labels).count { $0 == target && $1 == 0 }
      #expect(abs(hits - 250) < 65)
    }
  }
}

struct AttackTextTests {
  @Test(
    arguments: [
      ("fgsm", [:], "FGSM(objective: cross-entropy)"),
      (
        "bim", ["objective": "dlr", "steps": "3", "relativeStepSize": "0.5"],
        "BIM(steps: 3, relativeStepSize: 0.5, objective: dlr)"
      ),
      (
        "bim(steps: kurakin, startsAtRandom: true)", [:],
        "BIM(steps: kurakin, objective: cross-entropy, startsAtRandom: true)"
      ),
      (
        "PGD( Steps:40 ,restarts: 5)", [:],
        "PGD(steps: 40, relativeStepSize: 0.0625, restarts: 5, objective: cross-entropy)"
      ),
      // What the text says comes before what options say, also of the length of a step.
      ("bim(steps: 7)", ["steps": "3"], "BIM(steps: 7, relativeStepSize: 0.2, objective: cross-entropy)"),
      (
        "bim(stepSize: 2/255)", ["relativeStepSize": "0.5"], "BIM(steps: 10, stepSize: 2/255, objective: cross-entropy)"
      ),
      ("fgsm", ["steps": "3"], "FGSM(objective: cross-entropy)"),
      ("uniform-noise", ["objective": "dlr"], "UniformNoise(samples: 10)"),
      ("fgsm()", [:], "FGSM(objective: cross-entropy)"),
    ] as [(String, [String: String], String)])
  func builds(text: String, defaults: [String: String], printed: String) throws {
    let attack = try AttackCatalog.attack(parsing: text, defaults: defaults.map { ($0.key, $0.value) })
    #expect(attack.description == printed)
    #expect(try AttackCatalog.attack(parsing: printed).description == printed)
  }

  @Test func lists() throws {
    let attacks = try AttackCatalog.attacks(parsing: "fgsm, pgd(steps: 3, restarts: 2),bim")
    #expect(attacks.map(\.name) == ["fgsm", "pgd", "bim"] && attacks[1].stepCount(at: 0.1) == 6)
    // The same attack with other hyperparameters is another one.
    #expect(try AttackCatalog.attacks(parsing: "bim(steps: 3),bim(steps: 4)").count == 2)
  }

  @Test(arguments: [
    "deepest", "", "fgsm,,bim", "fgsm,fgsm", "bim(steps: 10),bim", "bim(steps: 3", "bim steps: 3)", "bim(steps)",
    "bim(steps:)",
    "bim(steps: 3, steps: 4)", "bim(restarts: 2)", "bim(steps: 0)", "bim(steps: 100000)", "bim(steps: 2.5)",
    "bim(relativeStepSize: 0)", "bim(relativeStepSize: -1)", "bim(relativeStepSize: nan)", "bim(relativeStepSize: 2.1)",
    "bim(stepSize: 0/255)", "bim(relativeStepSize: 0.2, stepSize: 2/255)", "bim(steps: kurakin, stepSize: 1/255)",
    "bim(startsAtRandom: yes)", "pgd(momentum: -1)", "pgd(restarts: 0)", "bim(objective: hinge)", "pgd(steps: 3) x",
    "uniform-noise(samples: 0)", "fgsm((lattice: true))",
  ])
  func refuses(text: String) {
    let error = #expect(throws: InputError.self) { try AttackCatalog.attacks(parsing: text) }
    #expect(error?.kind == .usage && error?.remedy.isEmpty == false)
  }

  @Test func listsTheNames() {
    let attack = #expect(throws: InputError.self) { try AttackCatalog.attack(parsing: "zzz") }
    #expect(attack?.remedy.contains(AttackCatalog.names.joined(separator: ", ")) == true)
    let argument = #expect(throws: InputError.self) { try AttackCatalog.attack(parsing: "pgd(restart: 3)") }
    #expect(argument?.remedy.contains("restarts") == true)
    let objective = #expect(throws: InputError.self) { try Objective(parsing: "hinge") }
    #expect(objective?.remedy.contains("own-loss, cross-entropy, margin, dlr") == true)
  }
}

struct StepSizeTests {
  @Test(arguments: [
    ("0.2", StepSize.relative(0.2)), ("2", .relative(2)), ("2/255", .absolute(Budget(text: "2/255", value: 2 / 255))),
    ("0.5/255", .absolute(Budget(text: "0.5/255", value: 0.5 / 255))),
  ])
  func parses(text: String, size: StepSize) throws {
    #expect(try StepSize(parsing: text) == size)
  }

  @Test(arguments: ["", "a", "nan", "inf", "2/0", "0/255", "-2/255", "300/255", "1/2/3", "/", "2/x", "nan/2"])
  func refuses(text: String) {
    let error = #expect(throws: InputError.self) { try StepSize(parsing: text) }
    #expect(error?.kind == .usage && error?.subject == "stepSize")
  }

  /// The same step at every budget, whatever ε is, and what is printed makes the same attack again.
  @Test func absoluteSteps() throws {
    let attack = try #require(try AttackCatalog.attack(parsing: "bim(steps: 7, stepSize: 2/255)") as? BIM)
    #expect(attack.description == "BIM(steps: 7, stepSize: 2/255, objective: cross-entropy)")
    for budget: Float in [0.01, 0.5] { #expect(attack.steps.schedule(for: budget, norm: LInfinity()) == (7, 2 / 255)) }
    let again = try AttackCatalog.attack(named: "bim", parameters: attack.parameters)
    #expect(AnyHashable(again) == AnyHashable(attack))
    #expect(try #require(attack.withSteps(20, at: 0.1)).description.contains("steps: 20, stepSize: 2/255"))
  }

  private static let budgets = ["0", "4/255", "0.1"].map {
    Budget(text: $0, value: $0 == "0" ? 0 : $0 == "0.1" ? 0.1 : 4 / 255)
  }

  /// Steps that end before the edge of the ball are told of, with a number that is enough; those that reach it are not.
  @Test(arguments: [
    (Steps.relative(count: 4, relativeSize: 0.2), "steps: 5"),
    (.relative(count: 1, relativeSize: 0.3), "steps: 4"),
    (.relative(count: 3, relativeSize: 0.333), "steps: 4"),
    (.absolute(count: 10, size: Budget(text: "1/255", value: 1 / 255)), "steps: 26"),
    (.absolute(count: 3, size: Budget(text: "1/255", value: 1 / 255)), "from ε = 4/255 on"),
  ])
  func shortSteps(steps: Steps, words: String) {
    let text = BIM(steps: steps).warning(at: Self.budgets, norm: LInfinity())
    #expect(text?.contains(words) == true, "\(text ?? "nothing")")
  }

  @Test(arguments: [
    Steps.relative(count: 5, relativeSize: 0.2), .relative(count: 10, relativeSize: 0.1),
    .relative(count: 1, relativeSize: 1), .relative(count: 3, relativeSize: 1 / 3), .kurakin,
    .absolute(count: 26, size: Budget(text: "1/255", value: 1 / 255)),
  ])
  func longSteps(steps: Steps) {
    #expect(BIM(steps: steps).warning(at: Self.budgets, norm: LInfinity()) == nil)
  }

  /// On the grid of levels a step is a whole level at least: 0.2 · 4/255 is 1/255.
  @Test func stepsOnTheLattice() {
    let steps = Steps.relative(count: 4, relativeSize: 0.2)
    let budget = [Budget(text: "4/255", value: 4 / 255)]
    #expect(BIM(steps: steps, isOnLattice: true).warning(at: budget, norm: LInfinity()) == nil)
    #expect(BIM(steps: steps).warning(at: budget, norm: LInfinity()) != nil)
  }
}
