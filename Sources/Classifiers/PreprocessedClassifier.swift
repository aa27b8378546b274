public import Autodiff
public import Models
public import Tensors

/// A classifier with preprocessing before it that its file lacks: it takes the images of the data set as they are, so that an
/// attack changes their pixels, and its gradients go through the preprocessing.
public struct PreprocessedClassifier: Classifier {
  public let base: any Classifier
  public let preprocessing: InputPreprocessing
  /// Of the images before they are preprocessed.
  public let inputShape: Shape
  private let prepared: PreparedInput

  /// - Parameter imageShape: `[channels, rows, columns]` of the images of the data set.
  /// - Throws: `InputError` of kind `.model` or `.usage` if they do not become what `base` takes.
  public init(_ base: any Classifier, _ preprocessing: InputPreprocessing, imageShape: Shape) throws {
    prepared = try PreparedInput(preprocessing, from: imageShape, to: base.inputShape, name: base.name)
    self.base = base
    self.preprocessing = preprocessing
    inputShape = imageShape
  }

  public var name: String { base.name }
  public var classCount: Int { base.classCount }
  public var trainingLoss: Loss { base.trainingLoss }
  public var chunkSize: Int { base.chunkSize }

  public func outputs(for images: Variable) -> ClassifierOutputs { base.outputs(for: prepared(images)) }

  public var gives: Knowledge { base.gives }

  public func check() throws { try base.check() }
}
