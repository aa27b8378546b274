public import Diagnostics

extension AttackCatalog {
  /// What attacks are called, here and elsewhere, and what comes nearest to those that are not here.
  public static let vocabulary = Vocabulary(
    "attack", names: names,
    synonyms: Dictionary(
      uniqueKeysWithValues: all.flatMap { type in type.profile.synonyms.map { ($0, type.profile.name) } }),
    hints: [
      .init(
        "mi-fgsm", "momentum", "mim",
        text: "iterations with momentum are 'pgd(steps: 10, relativeStepSize: 0.1, momentum: 1, startsAtRandom: false)'"
      ),
      .init(
        "ni-fgsm", "di-fgsm", "ti-fgsm", "vmi",
        text: "iterations with transformed images are not there; without them they are bim or pgd"),
      .init(
        "auto-attack", "auto-pgd", "apgd", "aa", "fab",
        text:
          "AutoAttack and its parts are not there; nearest comes "
          + Setting.set([.attacks: "pgd(steps: 100, restarts: 5)", .objective: "dlr"])
      ),
      .init(
        "cw", "carlini", "c&w",
        text:
          "the attack of Carlini & Wagner is not there; "
          + Setting.set([.attacks: "pgd", .objective: "margin", .norm: "l2"])
          + " climbs its loss, and `\(Action.searchMinimum)` looks for the smallest ε"),
      .init(
        "deep-fool", "ddn", "fmn", "ead", "elastic-net",
        text:
          "attacks that minimise the perturbation are not there; `\(Action.searchMinimum)` looks for the smallest ε of any attack"
      ),
      .init(
        "square", "boundary", "hop-skip", "nes", "spsa", "zoo", "bandits", "simba", "one-pixel", "black-box",
        text:
          "attacks without gradients are not there; \(Setting.checks.set(to: "square-attack")) tries one to see whether "
          + "gradients mislead"),
      .init("jsma", "saliency", text: "attacks on few pixels are pgd with \(Setting.norm.set(to: "l0"))"),
      .init("l2", "l1", "l0", "linf", text: "a norm is chosen by \(Setting.norm)"),
    ])
}
