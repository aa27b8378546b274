package import Diagnostics
import Files

extension Wording {
  /// Settings as options, and actions as commands: what texts of the libraries say here.
  package static let options = Wording(
    setting: option,
    values: { values in
      values.map { setting, value in
        // A shell would take the parentheses of an attack for its own.
        flags.contains(setting)
          ? option(setting) : "\(option(setting)) \(setting == .attacks ? ShellWord.quoted(value) : value)"
      }.joined(separator: " ")
    },
    action: command)

  /// Settings whose options have no value.
  private static let flags: Set<Setting> = [
    .startsAtRandom, .lattice, .rawCurves, .isCompressed, .usesLattice, .allowsDifferences, .requiresChecks, .isQuick,
  ]

  /// Settings whose options are not called as Swift calls them.
  private static let exceptions: [Setting: String] = [
    .models: "--model", .attacks: "--attack", .budgets: "--epsilon", .goals: "--target", .kurakin: "--compat",
    .startsAtRandom: "--random-start", .examples: "--save-images", .folder: "--output", .maximum: "--max-epsilon",
    .classes: "--class", .targets: "--target", .outcome: "--success", .isCompressed: "--zstd",
    .usesLattice: "--lattice", .allowsDifferences: "--allow-differences", .floors: "--min-accuracy",
    .requiresChecks: "--require-checks", .margins: "--margin", .onlyPart: "--only", .startingModel: "--initial",
    .isQuick: "--quick", .attackedImages: "--limit",
  ]

  /// `stepSize` is `--step-size`.
  private static func option(_ setting: Setting) -> String {
    exceptions[setting]
      ?? "--" + setting.rawValue.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
  }

  private static func command(_ action: Action) -> String {
    switch action {
    case .listDatasets: "robust data"
    case .renderToyNORB: "robust data render toynorb"
    case .holdOutImages: "robust train --validation N"
    case .listModels: "robust models"
    case .showLayers: "robust models show"
    case .showTensors: "robust models show cnn --tensors"
    case .train(nil): "robust train"
    case .train(let preset?): "robust train --model \(preset)"
    case .trainDecoder: "robust train --decoder 512,1024 …"
    case .restoreTraining, .goOn: "--resume"
    case .seal(let path): "robust models seal \(ShellWord.quoted(path)) --output NEW.safetensors"
    case .sweep: "robust sweep"
    case .resume(let folder, let checks):
      "robust sweep --resume\(folder.map { " \(ShellWord.quoted($0))" } ?? "")\(checks.map { " --checks \($0)" } ?? "")"
    case .again: "the same command"
    case .sweepPart(nil): "robust sweep --shard"
    case .sweepPart(let shard?): "robust sweep … --shard \(shard)"
    case .merge: "robust merge"
    case .compare: "robust compare"
    case .check: "robust check"
    case .makeBaseline: "robust baseline"
    case .writeBaseline: "robust baseline RUN --output FILE"
    case .searchMinimum: "robust minimum"
    case .reproduce: "robust reproduce"
    }
  }
}
