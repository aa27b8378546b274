import Diagnostics
import Files
import Models

/// Every classifier that can be attacked: networks of ours, shipped or in checkpoints, and those of other programs.
public enum ClassifierCatalog {
  /// The kinds that are not ours, one line for each.
  static let foreign: [any ForeignClassifier.Type] = [ONNXFile.self, ProcessModel.self]

  /// What runs record of these.
  public static let foreignKinds = foreign.map { $0.kind }

  /// How their files end.
  public static let foreignExtensions = foreign.flatMap { $0.extensions }

  /// The classifier that `name` stands for: a shipped model, or a file, which is told by its content.
  ///
  /// - Parameters:
  ///   - chosen: what reports call it; by default, what the file says, or how it is called.
  ///   - preprocessing: what is done to images before they reach a model of another program.
  /// - Throws: `InputError(.model)` if there is none or it can't be used; `.usage` if it is one of ours, which does its
  ///   preprocessing itself, and some was asked for.
  public static func load(
    _ name: String, as chosen: String? = nil, preprocessing: InputPreprocessing? = nil
  ) throws -> LoadedClassifier {
    let steps = preprocessing.flatMap { $0.isEmpty ? nil : $0 }
    if let kind = kind(of: name) { return try kind.load(name, as: chosen, preprocessing: steps) }
    guard steps == nil else { throw holdsItsOwn(name) }
    try OtherModelFile.refuse(name)
    return LoadedClassifier(try ModelCatalog.load(name, as: chosen))
  }

  /// The classifiers that `names` stand for; all those of other programs are given `preprocessing`.
  /// - Throws: as `load` of one; `InputError(.usage)` if some preprocessing was asked for and all are ours.
  public static func load(
    _ names: [(name: String, chosen: String?)], preprocessing: InputPreprocessing?
  ) throws -> [LoadedClassifier] {
    let isAnyForeign = names.contains { isForeign($0.name) }
    return try names.map { name, chosen in
      try load(name, as: chosen, preprocessing: isAnyForeign && !isForeign(name) ? nil : preprocessing)
    }
  }

  /// Whether `name` stands for a classifier of another program.
  public static func isForeign(_ name: String) -> Bool { kind(of: name) != nil }

  /// What a run would record as the hash of what `name` stands for, a file.
  public static func sha256(of name: String) throws -> String {
    try kind(of: name)?.sha256(of: name) ?? Checksum.sha256(ofFile: name)
  }

  private static func kind(of name: String) -> (any ForeignClassifier.Type)? {
    let known = ModelCatalog.canonicalName(name)
    guard ModelCatalog.Shipped(rawValue: known) == nil, ModelCatalog.Preset(rawValue: known) == nil else { return nil }
    return foreign.first { $0.recognises(name) }
  }

  private static func holdsItsOwn(_ name: String) -> InputError {
    let settings: [Setting] = [.resize, .crop, .range, .channels, .mean, .std, .layout, .inputShape]
    return InputError(
      .usage, name,
      "is a network of robust's own, which holds its preprocessing itself: it takes the images as they are",
      remedy:
        "leave out \(settings.map { "\($0)" }.joined(separator: ", ")), which are for models of other programs, such as ONNX files"
    )
  }
}

/// A kind of classifier that is not ours: a type of its own, and its line in `ClassifierCatalog`.
protocol ForeignClassifier: SendableMetatype {
  /// What runs record of it, for example `onnx`.
  static var kind: String { get }

  /// How its files end, for shells that complete names.
  static var extensions: [String] { get }

  /// Whether `name`, a path or a text, stands for one.
  static func recognises(_ name: String) -> Bool

  /// - Throws: `InputError(.model)` if it can't be used.
  static func load(
    _ name: String, as chosen: String?, preprocessing: InputPreprocessing?
  ) throws -> LoadedClassifier

  /// SHA-256 of what decides its answers, as `LoadedClassifier` has it.
  static func sha256(of name: String) throws -> String
}
