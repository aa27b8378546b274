public import Diagnostics

extension AttackKind {
  /// What attacks are called, here and elsewhere, and what comes nearest to those that are not here.
  public static let vocabulary = Vocabulary(
    "attack", names: allCases.map(\.rawValue),
    synonyms: [
      "fast-gradient-sign-method": fgsm.rawValue, "fast-gradient-sign": fgsm.rawValue, "linf-fgsm": fgsm.rawValue,
      "i-fgsm": bim.rawValue, "iterative-fgsm": bim.rawValue, "basic-iterative": bim.rawValue,
      "basic-iterative-method": bim.rawValue, "linf-bim": bim.rawValue,
    ],
    hints: [
      .init(
        "pgd", "projected-gradient-descent", "linf-pgd",
        text: "PGD in L∞ is BIM from a random start: --attack bim --random-start"),
      .init(
        "mi-fgsm", "momentum", "ni-fgsm", "di-fgsm", "ti-fgsm",
        text: "iterations with momentum or transformed images are not there; without them they are bim"),
      .init(
        "auto-attack", "auto-pgd", "apgd", "aa", "fab",
        text:
          "AutoAttack and its parts are not there; nearest comes --attack bim --random-start --steps 100 --objective dlr"
      ),
      .init(
        "cw", "carlini", "c&w",
        text:
          "the attack of Carlini & Wagner is not there; --attack bim --objective margin climbs its loss within L∞, and "
          + "`robust minimum` looks for the smallest ε"),
      .init(
        "deep-fool", "ddn", "fmn", "ead", "elastic-net",
        text:
          "attacks that minimise the perturbation are not there; `robust minimum` looks for the smallest ε of fgsm or bim"
      ),
      .init(
        "square", "boundary", "hop-skip", "nes", "spsa", "zoo", "bandits", "simba", "one-pixel", "black-box",
        text:
          "attacks without gradients are not there; --checks square-attack tries one to see whether gradients mislead"),
      .init(
        "noise", "random", "gaussian", "uniform",
        text: "noise is no attack here; --checks random-noise compares attacks with it"),
      .init("jsma", "saliency", "l2", "l1", "l0", text: "attacks here are bounded in L∞"),
    ])
}
