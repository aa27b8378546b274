import Attacks
import Comparison
import Diagnostics
import Runs
import Tensors
import Text

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
        "\(definition(attack))As run: \(attack.description). \(objective(attack))"
      )
    }
    let goals = (configuration.goals.count > 1 ? "Goals" : "Goal", goals(configuration, names))
    return attacks + [goals, ("ε", epsilon(configuration))] + preprocessing(configuration, names)
  }

  /// What toolkits choose differently.
  private static func choices(_ configuration: RunConfiguration) -> [(term: String, text: String)] {
    let usesLattice = configuration.attacks.contains(where: \.isOnLattice)
    return [
      ("Images already wrong", alreadyWrong), ("Returned image", returnedImage),
      ("Order of a step", step(configuration)),
      ("Restarts", restarts(configuration)), ("Tolerance", tolerance(configuration)),
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

  /// From the attack's own description.
  private static func definition(_ attack: RunConfiguration.Attack) -> String {
    guard let profile = attack.profile else { return "" }
    return profile.definition + (profile.citation.map { " (\($0.short).) " } ?? " ")
  }

  private static let alreadyWrong = """
    An image that a model misclassifies before the attack counts as not robust. It is not attacked, and an attack gets \
    no credit for it. An attack that turns a wrong answer right corrects nothing: the image stays wrong.
    """

  private static let returnedImage = """
    The last image on the attack's path that reaches the goal, else the last one. Success is judged against the true \
    label, or the target: never against the clean prediction.
    """

  private static func step(_ configuration: RunConfiguration) -> String {
    """
    Gradient at the present image, of which a step takes \(configuration.norm.stepMeaning), times the step size; then the \
    nearest image inside both the ε-ball round the original image and [0, 1]. A pixel without a gradient does not move: \
    sign(0) = 0.
    """
  }

  private static func restarts(_ configuration: RunConfiguration) -> String {
    let names = Names(configuration).attacks
    if configuration.attacks.count == 1 { return starts(configuration.attacks[0]) }
    return zip(names, configuration.attacks).map { "\($0): \(starts($1))" }.joined(separator: " ")
  }

  private static func starts(_ attack: RunConfiguration.Attack) -> String {
    func value(_ name: String) -> String? { attack.parameters.first { $0.name == name }?.value }
    if let samples = value("samples") { return "\(samples) draws an image." }
    let isRandom = value("startsAtRandom").map { $0 == "true" } ?? (attack.profile?.isRandom == true)
    let restarts = value("restarts").flatMap { Int($0) } ?? 1
    let start =
      isRandom
      ? "drawn from the ε-ball"
      : restarts > 1 ? "the image itself first, then drawn from the ε-ball" : "the image itself"
    return restarts > 1
      ? "\(restarts) starts an image, \(start); an image that is beaten is not started again."
      : "One start an image, \(start); no restarts."
  }

  private static func tolerance(_ configuration: RunConfiguration) -> String {
    """
    None: perturbations are projected in 32-bit numbers, so that their size may exceed ε by the rounding of the last \
    digit, at most \(NumberFormat.short(Double(slack(configuration)), 8)) here, and nothing more is allowed. Exported \
    pictures hold ε on the grid of grey levels.
    """
  }

  private static func slack(_ configuration: RunConfiguration) -> Float {
    configuration.norm.slack(at: configuration.budgets.last?.value ?? 0, of: Shape(configuration.dataset.shape))
  }

  private static let lattice = """
    Attacks marked “lattice” search among images of whole levels k/255 only: ε counts ⌊255 ε⌋ levels, a step is a \
    whole number of levels and one at least, and success is judged on the levels that a file holds.
    """

  private static func objective(_ attack: RunConfiguration.Attack) -> String {
    attack.objective.map { "It ascends \(objective($0))" } ?? "It asks for no gradient."
  }

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
    let values = configuration.budgets.map { GreyLevels.text($0, norm: configuration.norm) }.joined(separator: ", ")
    return """
      \(norm(configuration)), for pixel values in [0, 1]; 1/255 is one step of an 8-bit image. \
      In this run: \(values). All preprocessing is inside the model, so ε means the same for every model.
      """
  }

  /// What is done to images before models that do not do it themselves.
  private static func preprocessing(
    _ configuration: RunConfiguration, _ names: Names
  ) -> [(term: String, text: String)] {
    let models = zip(names.models, configuration.models).filter { !$1.preprocessingPhrases.isEmpty }
    guard !models.isEmpty else { return [] }
    let steps = models.map { "\($0): images are \($1.preprocessingPhrases.joined(separator: ", ")). " }.joined()
    return [
      (
        "Preprocessing",
        steps + """
          This is part of the classifier that is attacked: perturbations are of the images before it, gradients go through \
          it. Resizing is bilinear, smoothed where images become smaller.
          """
      )
    ]
  }

  private static func norm(_ configuration: RunConfiguration) -> String {
    let meaning = configuration.norm.meaning
    return "\(meaning.prefix(1).uppercased())\(meaning.dropFirst()) (\(configuration.norm.title))"
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
        "Every model saw the same images, so that they are compared image by image, as by `\(Action.compare)`, and not by "
          + "whether intervals overlap. " + PairedText.method(reference: reference, scope: "this run")
          + " “Beyond chance”: p is at most \(NumberFormat.short(RunComparison.significanceLevel, 3))."
      )
    ]
  }

  private static let worstCase =
    "An image counts when it stays correct under every attack and goal of the run: pointwise, not the mean."
}
