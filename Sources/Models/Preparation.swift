public import Autodiff
import Diagnostics
import Files
public import Tensors

/// What a model does to the pixels in [0, 1] before it crops them and before its first layer.
public enum Preprocessing: String, Codable, Hashable, Sendable, CaseIterable {
  case none
  /// Each image to zero mean and unit variance over all its elements, as the paper prepares smallNORB.
  case standardizeImage = "standardize-image"

  func callAsFunction(_ images: Variable) -> Variable {
    switch self {
    case .none: images
    case .standardizeImage: images.standardizedPerImage()
    }
  }
}

extension ModelConfiguration {
  /// `[channels, rows, columns]` of what the first layer sees: the image, or the crop of it.
  public var networkShape: Shape { crop.map { [inputShape[0], $0, $0] } ?? inputShape }

  /// What the first layer sees of `images` `[B, C, H, W]` in [0, 1]: preprocessed; cropped; in training, with other
  /// brightness and contrast (Hinton, Sabour & Frosst 2018, §5).
  ///
  /// The batch axis of the result is B times as long as there are crops of each image: one, unless `mode` says otherwise.
  public func prepared(_ images: Variable, mode: Mode) -> Variable {
    let whole = preprocessing(images)
    let batch = images.shape[0]
    switch mode {
    case .evaluation: return cropped(whole, at: [(row: Int, column: Int)](repeating: centre, count: batch))
    case .crops(let offsets):
      let origins = offsets.map { (row: centre.row + $0.rows, column: centre.column + $0.columns) }
      return cropped(whole, at: (0..<batch).flatMap { _ in origins })
    case .training(let randomness): return varied(whole, randomness)
    }
  }

  /// The pixels in [0, 1] that `prepared` shows to the first layer with the same `mode`, before they are preprocessed and
  /// without jitter: what a decoder is to make again.
  public func seen(_ images: Variable, mode: Mode) -> Variable {
    var plain = self
    plain.preprocessing = .none
    // Crops are drawn before jitter, so these are the same ones.
    guard case .training(var randomness) = mode else { return plain.prepared(images, mode: mode) }
    randomness.jitter = nil
    return plain.prepared(images, mode: .training(randomness))
  }

  /// - Throws: `InputError` of kind `model` if the crop is not inside the image.
  func validateCrop() throws {
    guard let crop, crop < 1 || crop > inputShape[1] || crop > inputShape[2] else { return }
    throw InputError(
      .model, Self.architecture, "a crop of \(crop)×\(crop) pixels of an image of \(inputShape)",
      remedy: "crop to a side from 1 to \(min(inputShape[1], inputShape[2])), or not at all")
  }

  /// The line of a model's description that says what is cropped, if anything is.
  var cropLayers: [LayerSummary] {
    crop == nil ? [] : [LayerSummary("crop, in training anywhere", output: "\(networkShape)", parameterCount: 0)]
  }

  /// The first pixel of the crop in the middle; where there are two middles, of the first.
  package var centre: (row: Int, column: Int) {
    ((inputShape[1] - networkShape[1]) / 2, (inputShape[2] - networkShape[2]) / 2)
  }

  private func cropped(_ images: Variable, at origins: [(row: Int, column: Int)]) -> Variable {
    crop == nil && origins.count == images.shape[0]
      ? images : images.cropped(rows: networkShape[1], columns: networkShape[2], at: origins)
  }

  private func varied(_ images: Variable, _ randomness: Randomness) -> Variable {
    guard !randomness.images.isEmpty else {
      return cropped(images, at: [(row: Int, column: Int)](repeating: centre, count: images.shape[0]))
    }
    precondition(
      randomness.images.count == images.shape[0],
      "prepared: \(randomness.images.count) random streams for \(images.shape[0]) images")
    var streams = randomness.images
    let origins = streams.indices.map { index in
      (
        row: Int.random(in: 0...(inputShape[1] - networkShape[1]), using: &streams[index]),
        column: Int.random(in: 0...(inputShape[2] - networkShape[2]), using: &streams[index])
      )
    }
    let crops = cropped(images, at: origins)
    guard let jitter = randomness.jitter else { return crops }
    let factors = streams.indices.map { jitter.draw(from: &streams[$0]) }
    return crops.affinePerImage(scales: factors.map(\.scale), shifts: factors.map(\.shift))
  }
}
