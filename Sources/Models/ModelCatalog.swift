import Diagnostics
public import Files
import Foundation
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

    /// The preset called `name`.
    /// - Throws: `InputError(.model)` listing the names.
    public init(parsing name: String) throws {
      self = Preset(rawValue: try ModelCatalog.presets.name(for: name, .model, "\(Setting.models)"))!
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

  /// A trained checkpoint that ships with robust. The data set is in its name unless it is Fashion-MNIST.
  public enum Shipped: String, CaseIterable, Sendable {
    case cnn
    case matrixCapsulesSmall = "matrix-capsules-small"
    case dynamicCapsulesSmall = "dynamic-capsules-small"
    case cnnToyNORB = "cnn-toynorb"
    case matrixCapsulesSmallToyNORB = "matrix-capsules-small-toynorb"

    /// What it was trained from.
    public var preset: Preset {
      switch self {
      case .cnn, .cnnToyNORB: .cnn
      case .matrixCapsulesSmall, .matrixCapsulesSmallToyNORB: .matrixCapsulesSmall
      case .dynamicCapsulesSmall: .dynamicCapsulesSmall
      }
    }

    /// The base name of its file.
    public var file: String {
      switch self {
      case .cnn, .matrixCapsulesSmall, .dynamicCapsulesSmall: "\(rawValue)-fashion-mnist.safetensors.zst"
      case .cnnToyNORB, .matrixCapsulesSmallToyNORB: "\(rawValue).safetensors.zst"
      }
    }
  }

  /// The models attacked unless others are named.
  public static let defaultNames = [Shipped.matrixCapsulesSmall.rawValue, Shipped.cnn.rawValue]

  /// The shipped checkpoint or checkpoint file that `name` stands for, read.
  /// - Parameter chosen: what reports call it; by default, what the file says.
  /// - Throws: `InputError(.model)` if there is none or it can't be used.
  public static func load(
    _ name: String, as chosen: String? = nil, resources: ResourceLocator = ResourceLocator()
  ) throws -> Checkpoint.Loaded {
    let name = canonicalName(name)
    if let shipped = Shipped(rawValue: name) {
      let folder = try resources.folder(of: "Models")
      return try Checkpoint.read(
        folder + "/" + shipped.file, name: chosen ?? name,
        expectedHash: ShippedHashes(folder: folder).hash(of: shipped.file))
    }
    guard Preset(rawValue: name) == nil else {
      throw InputError(
        .model, name, "no trained checkpoint of it ships with robust",
        remedy: "train one with `\(Action.train(name))` and name the file")
    }
    guard name.contains("/") || name.contains(".") || FileManager.default.fileExists(atPath: name) else {
      throw shipped.unknown(name, .model, "\(Setting.models)")
    }
    return try Checkpoint.read(name, name: chosen)
  }
}
