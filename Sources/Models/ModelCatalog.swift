public import Files
public import Tensors

/// The models that `--model` names: presets to train, and trained checkpoints that ship with robust.
public enum ModelCatalog {
  /// An architecture with its switches, for any image shape and number of classes.
  public enum Preset: String, CaseIterable, Sendable {
    case cnn
    case matrixCapsulesSmall = "matrix-capsules-small"
    case matrixCapsulesFull = "matrix-capsules-full"
    case dynamicCapsulesSmall = "dynamic-capsules-small"
    case dynamicCapsules = "dynamic-capsules"

    public var summary: String {
      switch self {
      case .cnn: "baseline CNN of Hinton, Sabour & Frosst 2018, §5: 5×5×32, 5×5×64, 1024"
      case .matrixCapsulesSmall: "matrix capsules with EM routing, A=64 B=8 C=D=16 (the paper's 68K)"
      case .matrixCapsulesFull: "matrix capsules with EM routing, A=B=C=D=32 (the paper's 310K)"
      case .dynamicCapsulesSmall: "capsules with dynamic routing, 64 channels, 8 types of 8, decoder 128, 256"
      case .dynamicCapsules: "capsules with dynamic routing, decoder 512, 1024 (Sabour, Frosst & Hinton 2017)"
      }
    }

    /// The base name of the shipped checkpoint, if there is one.
    public var shippedFile: String? {
      switch self {
      case .cnn: "cnn-fashion-mnist.safetensors.zst"
      case .matrixCapsulesSmall: "matrix-capsules-small-fashion-mnist.safetensors.zst"
      case .matrixCapsulesFull, .dynamicCapsulesSmall, .dynamicCapsules: nil
      }
    }

    /// The preset called `name`.
    /// - Throws: `InputError(.model)` listing the names.
    public init(parsing name: String) throws {
      guard let preset = Preset(rawValue: name) else {
        throw NearMatch.unknown(
          .model, "--model", name, what: "preset", among: Preset.allCases.map(\.rawValue))
      }
      self = preset
    }

    /// A model with freshly drawn weights.
    public func model(inputShape: Shape, classCount: Int, seed: UInt64) throws -> any Model {
      switch self {
      case .cnn:
        var configuration = CNN.Configuration()
        configuration.inputShape = inputShape
        configuration.classCount = classCount
        return try CNN(configuration: configuration, name: rawValue, seed: seed)
      case .matrixCapsulesSmall, .matrixCapsulesFull:
        var configuration = capsules
        configuration.inputShape = inputShape
        configuration.classCount = classCount
        return try MatrixCapsules(configuration: configuration, name: rawValue, seed: seed)
      case .dynamicCapsulesSmall, .dynamicCapsules:
        var configuration = dynamicCapsules
        configuration.inputShape = inputShape
        configuration.classCount = classCount
        return try DynamicCapsules(configuration: configuration, name: rawValue, seed: seed)
      }
    }

    /// The configuration of a preset with EM routing.
    public var capsules: MatrixCapsules.Configuration {
      self == .matrixCapsulesSmall ? .small : .full
    }

    /// The configuration of a preset with dynamic routing.
    public var dynamicCapsules: DynamicCapsules.Configuration {
      self == .dynamicCapsulesSmall ? .small : .full
    }
  }

  /// The models attacked unless others are named.
  public static let defaultNames = [Preset.matrixCapsulesSmall.rawValue, Preset.cnn.rawValue]

  /// The shipped checkpoint or checkpoint file that `name` stands for, read.
  /// - Throws: `InputError(.model)` if there is none or it can't be used.
  public static func load(_ name: String, resources: ResourceLocator = ResourceLocator()) throws -> Checkpoint.Loaded {
    if let preset = Preset(rawValue: name) {
      guard let file = preset.shippedFile else {
        throw InputError(
          .model, name, "no trained checkpoint of it ships with robust",
          remedy: "train one with `robust train --model \(name)` and name the file")
      }
      return try Checkpoint.read(try resources.folder(of: "Models") + "/" + file, name: name)
    }
    guard name.contains("/") || name.contains(".") else {
      let shipped = Preset.allCases.filter { $0.shippedFile != nil }.map(\.rawValue)
      throw NearMatch.unknown(.model, "--model", name, what: "shipped model or checkpoint file", among: shipped)
    }
    return try Checkpoint.read(name)
  }
}
