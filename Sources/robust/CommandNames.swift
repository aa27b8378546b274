import Diagnostics

/// What commands and options are called elsewhere, and which options are lists.
enum CommandNames {
  /// The commands `names`, and what people may call them.
  static func vocabulary(_ names: [String]) -> Vocabulary {
    let synonyms = [
      "attack": "sweep", "evaluate": "sweep", "eval": "sweep", "run": "sweep", "benchmark": "sweep", "fgsm": "sweep",
      "bim": "sweep", "join": "merge", "combine": "merge", "diff": "compare", "gate": "check", "test": "check",
      "minimal": "minimum", "min": "minimum", "examples": "export", "save": "export", "fit": "train",
      "model": "models", "show": "models", "datasets": "data", "dataset": "data", "view": "inspect",
      "analyse": "inspect", "analyze": "inspect", "decode": "reconstruct", "replicate": "reproduce",
      "paper": "reproduce",
    ]
    return Vocabulary(
      "command", names: names, synonyms: synonyms.filter { names.contains($0.value) },
      hints: names.contains("sweep")
        ? [
          .init("resume", "continue", text: "`robust sweep --resume DIR` goes on with a run"),
          .init("report", "plot", text: "`robust sweep` writes the report, and --resume DIR writes it anew"),
          .init("version", text: "`robust --version` says it"),
        ] : [])
  }

  /// The options `names`, which begin with hyphens, and what people may call them.
  static func vocabulary(ofOptions names: [String]) -> Vocabulary {
    let synonyms = [
      "eps": "epsilon", "epsilons": "epsilon", "budget": "epsilon", "budgets": "epsilon", "attacks": "attack",
      "method": "attack", "models": "model", "checkpoint": "model", "weights": "model", "datasets": "dataset",
      "data-set": "dataset", "data-dir": "data", "root": "data", "out": "output", "output-dir": "output",
      "output-folder": "output", "save": "output", "dir": "output", "samples": "limit", "images-count": "limit",
      "num-images": "limit", "n": "limit", "count": "limit", "number": "limit", "subset": "limit",
      "iterations": "steps", "iters": "steps", "num-steps": "steps", "alpha": "step-size",
      "random-init": "random-start",
      "targets": "target", "targeted": "target", "goal": "target", "loss": "objective", "objectives": "objective",
      "jobs": "threads", "workers": "threads", "cores": "threads", "cpus": "threads", "check": "checks",
      "random-seed": "seed", "classes": "class", "label": "class", "format-type": "format", "lr": "learning-rate",
      "batch": "batch-size", "epoch": "epochs", "max-eps": "max-epsilon", "tol": "tolerance", "ref": "reference",
      "base": "baseline", "continue": "resume", "save-examples": "save-images", "part": "shard",
    ]
    var known: [String: String] = [:]
    for (other, name) in synonyms where names.contains("--\(name)") && !names.contains("--\(other)") {
      known["--\(other)"] = "--\(name)"
    }
    return Vocabulary("option", names: names, synonyms: known)
  }

  /// Whether several values of the option mean all of them.
  static func isList(_ option: String, of command: String) -> Bool {
    switch option {
    case "--model": !command.hasSuffix(" train")
    case "--target": command.hasSuffix(" export")
    case "--attack", "--epsilon", "--checks", "--class", "--images", "--azimuth", "--elevation", "--instance",
      "--lighting":
      true
    default: false
    }
  }
}
