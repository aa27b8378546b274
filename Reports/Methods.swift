import Comparison
import Runs

/// How a run's numbers came about, in words generated from its configuration.
enum Methods {
  /// Terms with what they mean in this run.
  static func entries(_ configuration: RunConfiguration) -> [(term: String, text: String)] {
    attacks(configuration) + choices(configuration) + numbers(configuration)
  }

  /// What was done.
  private static func attacks(_ configuration: RunConfiguration) -> [(term: String, text: String)] {
    let names = Names(configuration)
    let attacks = configuration.attacks.enumerated().map { index, attack in
      (
        names.attacks[index],
        "\(definition(attack.name))As run: \(attack.description). It ascends \(objective(attack.objective))"
      )
    }
    let goals = (configuration.goals.count > 1 ? "Goals" : "Goal", goals(configuration, names))
    return attacks + [goals, ("ε", epsilon(configuration))]
  }

  /// What toolkits choose differently.
  private static func choices(_ configuration: RunConfiguration) -> [(term: String, text: String)] {
    let usesLattice = configuration.attacks.contains { $0.parameters.contains(.init("lattice", "true")) }
    return [
      ("Images already wrong", alreadyWrong), ("Returned image", returnedImage), ("Order of a step", step),
      ("Restarts", restarts(configuration)), ("Tolerance", tolerance),
    ] + (usesLattice ? [("Lattice", lattice)] : [])
  }

  /// What the numbers mean.
  private static func numbers(_ configuration: RunConfiguration) -> [(term: String, text: String)] {
    let hasWorstCase = configuration.attacks.count * configuration.goals.count > 1
    return [
      ("Curves", curves(configuration)), ("Accuracy and success", success(configuration)), ("Intervals", intervals),
      ("Smallest ε and area", smallestEpsilon(configuration)),
    ] + (hasWorstCase ? [("Worst case", worstCase)] : []) + pairs(configuration)
  }

  private static func definition(_ attack: String) -> String {
    switch attack {
    case "fgsm":
      """
      Fast gradient sign method (Goodfellow et al. 2015): x′ = clip(x + ε · sign ∇L, 0, 1), one step; towards a target \
      x′ = clip(x − ε · sign ∇L_target, 0, 1). sign(0) = 0: where there is no gradient the pixel stays.\u{20}
      """
    case "bim":
      """
      Basic iterative method (Kurakin et al. 2017): steps x ← clip(project(x + α · sign ∇L)), projected to the ε-ball \
      round the original image, no random start; towards a target the step descends L_target.\u{20}
      """
    default: ""
    }
  }

  private static let alreadyWrong = """
    An image that a model misclassifies before the attack counts as not robust. It is not attacked, and an attack gets \
    no credit for it. An attack that turns a wrong answer right corrects nothing: the image stays wrong.
    """

  private static let returnedImage = """
    The last image on the attack's path that reaches the goal, else the last one. Success is judged against the true \
    label, or the target: never against the clean prediction.
    """

  private static let step = """
    Gradient at the present image, its sign times the step size, then projection to the ε-ball round the original image, \
    then clipping to [0, 1]. A pixel without a gradient does not move: sign(0) = 0.
    """

  private static func restarts(_ configuration: RunConfiguration) -> String {
    let start = configuration.attacks.contains { $0.parameters.contains { $0.name == "startsAtRandom" } }
    return start
      ? "One start an image, drawn uniformly from the ε-ball for attacks that say so; no restarts."
      : "One start an image, the image itself; no restarts."
  }

  private static let tolerance = """
    None: perturbations are projected in 32-bit numbers, so that |x′ − x| may exceed ε by the rounding of one \
    subtraction, less than 10⁻⁷, and nothing more is allowed. Exported pictures hold ε on the grid of grey levels exactly.
    """

  private static let lattice = """
    Attacks marked “lattice” search among images of whole levels k/255 only: ε counts ⌊255 ε⌋ levels, a step is a \
    whole number of levels and one at least, and success is judged on the levels that a file holds.
    """

  private static func objective(_ objective: String) -> String {
    switch objective {
    case "own-loss": "each model’s own training loss, which has no gradient where that loss is already zero."
    case "cross-entropy": "cross-entropy on the scores before any squashing."
    case "margin": "the margin between the best other score and the true one (Carlini and Wagner 2017)."
    case "dlr": "the difference of logits ratio (Croce and Hein 2020)."
    default: "\(objective)."
    }
  }

  private static func goals(_ configuration: RunConfiguration, _ names: Names) -> String {
    configuration.goals.map { goal in
      switch goal {
      case .untargeted: "Untargeted: any class but the true one."
      case .target(let target): "Targeted: every image towards \(names.name(ofClass: target))."
      case .each: "Each class: every image towards every class but its own in turn."
      case .random: "Random class: each image towards one class other than its own, drawn from the seed."
      case .leastLikely: "Least likely class: each image towards the class with its smallest clean score."
      }
    }.joined(separator: " ")
  }

  private static func epsilon(_ configuration: RunConfiguration) -> String {
    let values = configuration.budgets.map(\.text).joined(separator: ", ")
    return """
      The largest change of any pixel (L∞), for pixel values in [0, 1]; 1/255 is one step of an 8-bit image. \
      In this run: \(values). All preprocessing is inside the model, so ε means the same for every model.
      """
  }

  private static func curves(_ configuration: RunConfiguration) -> String {
    configuration.rawCurves
      ? "Raw: every image is attacked anew at every ε, so that a curve may rise where a larger step overshoots."
      : """
      Monotone: an image beaten at one ε stays beaten at every larger one, where the smaller perturbation is still \
      allowed, and is not attacked again.
      """
  }

  private static func success(_ configuration: RunConfiguration) -> String {
    let goals = configuration.goals
    var text = "Accuracy: images correct after the attack / all images"
    if goals.contains(.each) { text += " (for “each class”, correct under every target)" }
    text += ". "
    if goals.contains(.untargeted) {
      text += "Untargeted success rate: images turned wrong / images right before. "
    }
    if goals.contains(where: \.isTargeted) {
      text += """
        Targeted success rate: images turned into the target / images right before whose class is not the target\
        \(goals.contains(.each) ? "; for “each class” the mean over targets" : "").
        """
    }
    return text.hasSuffix(" ") ? String(text.dropLast()) : text
  }

  private static let intervals = """
    95% Wilson score intervals: they tell how far a share could differ on other images drawn in the same way, not how \
    it would differ for another training run. For “each class” the interval counts images, not pairs of image and \
    target, which makes it conservative.
    """

  private static func smallestEpsilon(_ configuration: RunConfiguration) -> String {
    """
    The smallest ε of an image is the smallest of the run at which the attack reaches its goal\
    \(configuration.goals.contains(.each) ? " with some target" : ""); images that no ε beats are counted as above the \
    largest. Intervals of quantiles are those of order statistics. The area is the trapezoidal rule over accuracy, \
    with the clean accuracy at 0, divided by the largest ε.
    """
  }

  private static func pairs(_ configuration: RunConfiguration) -> [(term: String, text: String)] {
    guard configuration.models.count > 1, configuration.budgets.contains(where: { $0.value > 0 }) else { return [] }
    let reference = Names(configuration).models[0]
    return [
      (
        "Whether models differ",
        "Every model saw the same images, so that they are compared image by image, as by `robust compare`, and not by "
          + "whether intervals overlap. " + PairedText.method(reference: reference, scope: "this run")
          + " “Beyond chance”: p is at most \(NumberFormat.short(RunComparison.significanceLevel, 3))."
      )
    ]
  }

  private static let worstCase =
    "An image counts when it stays correct under every attack and goal of the run: pointwise, not the mean."
}
