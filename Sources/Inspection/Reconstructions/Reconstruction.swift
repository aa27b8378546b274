/// What a model's decoder made of one image.
public struct Reconstruction: Sendable, Equatable {
  /// The image's id.
  public let id: Int
  public let label: Int
  public let prediction: Int
  /// That of the predicted class, in [0, 1].
  public let activation: Float
  /// The mean over pixels of the squared difference from the image, made of the pose of the predicted class.
  public let error: Double
  /// The same, made of the pose of the true class.
  public let errorOfLabel: Double

  public var isRight: Bool { prediction == label }
}

/// How well images were made again.
public struct ReconstructionSummary: Sendable {
  public let count: Int
  /// Images that were classified right.
  public let rightCount: Int
  /// Means of `Reconstruction.error` over all images, those classified right and those classified wrong; nil of none.
  public let error: Double?
  public let errorOfRight: Double?
  public let errorOfWrong: Double?
  public let errorOfLabel: Double?

  public init(_ results: [Reconstruction]) {
    func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
    count = results.count
    rightCount = results.count(where: \.isRight)
    error = mean(results.map(\.error))
    errorOfRight = mean(results.filter(\.isRight).map(\.error))
    errorOfWrong = mean(results.filter { !$0.isRight }.map(\.error))
    errorOfLabel = mean(results.map(\.errorOfLabel))
  }
}
