import Diagnostics
public import Models
public import Tensors

/// A classifier that was read from somewhere, with what a run records of it.
public struct LoadedClassifier: Sendable {
  /// As its file has it: without `preprocessing`.
  public let classifier: any Classifier
  /// What kind of thing it is: the architecture of one of ours, for example `matrix-capsules`, else for example `onnx`.
  public let kind: String
  /// SHA-256 of its file, and of whatever else holds its weights; lower-case hexadecimal.
  public let sha256: String
  public let parameterCount: Int
  /// Accuracy on its whole test set by its own record, in [0, 1].
  public let testAccuracy: Double?
  /// What was taken for granted when it was read: sentences without a full stop.
  public let notes: [String]
  /// What is done to images before they reach it; nil: nothing.
  public let preprocessing: InputPreprocessing?
  /// One of ours, with all that its file says.
  public let checkpoint: Checkpoint.Loaded?

  /// One that is not ours.
  public init(
    _ classifier: any Classifier, kind: String, sha256: String, parameterCount: Int, notes: [String] = [],
    preprocessing: InputPreprocessing? = nil
  ) {
    self.classifier = classifier
    self.kind = kind
    self.sha256 = sha256
    self.parameterCount = parameterCount
    self.notes = notes
    self.preprocessing = preprocessing.flatMap { $0.isEmpty ? nil : $0 }
    (testAccuracy, checkpoint) = (nil, nil)
  }

  /// One of ours.
  public init(_ checkpoint: Checkpoint.Loaded) {
    classifier = checkpoint.model
    kind = checkpoint.architecture
    sha256 = checkpoint.sha256
    parameterCount = checkpoint.model.parameters.count
    testAccuracy = checkpoint.provenance.testAccuracy
    (notes, preprocessing) = ([], nil)
    self.checkpoint = checkpoint
  }

  public var name: String { classifier.name }
  public var classCount: Int { classifier.classCount }

  /// The network, if it is one of ours.
  public var model: (any Model)? { checkpoint?.model }

  /// What is attacked on images of `imageShape` `[channels, rows, columns]`: with the preprocessing, or the mean over `crops`
  /// crops.
  /// - Throws: `InputError` if such images do not become what it takes, or if it can't be asked about crops.
  public func classifier(on imageShape: Shape, crops: Int? = nil) throws -> any Classifier {
    if let model { return try MultiCrop.classifier(model, crops: crops) }
    guard crops == nil else {
      throw InputError(
        .usage, .crops, "\(name) is no network of robust that was trained on crops",
        remedy: "leave \(Setting.crops) out")
    }
    let whole = try PreprocessedClassifier(classifier, preprocessing ?? .init(), imageShape: imageShape)
    return preprocessing == nil ? classifier : whole
  }

  /// The network of ours that this is.
  /// - Parameter purpose: what it is needed for, as a clause: `its layers can be inspected`.
  /// - Throws: `InputError(.model)` if it is none.
  public func requireModel(_ subject: String, for purpose: String) throws -> Checkpoint.Loaded {
    guard let checkpoint else {
      throw InputError(
        .model, subject, "is a model of the kind \(kind); only networks of robust's own \(purpose)",
        remedy: "name a shipped model or a checkpoint (`\(Action.listModels)` lists those that ship)")
    }
    return checkpoint
  }
}
