public import Tensors

/// What a forward pass is for.
public enum Mode: Sendable {
  /// Nothing is random; of images that are cropped, the network sees the centre.
  case evaluation
  /// As in evaluation, but the network sees a crop at each of these distances from the centre; the outputs' batch axis
  /// goes image by image, crop by crop.
  case crops([CropOffset])
  /// Dropout drops, crops lie anywhere, brightness and contrast may change.
  case training(Randomness)
}

/// How far a crop lies from the centre of the image, in pixels: down and to the right.
public struct CropOffset: Hashable, Sendable {
  public let rows: Int
  public let columns: Int

  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }
}

/// What is random in a forward pass of training.
public struct Randomness: Sendable {
  /// Decides what dropout drops.
  public var stream: RandomStream
  /// For each image, decides its crop and its jitter; empty: centre crops without jitter.
  public var images: [RandomStream]
  public var jitter: Jitter?

  public init(stream: RandomStream, images: [RandomStream] = [], jitter: Jitter? = nil) {
    self.stream = stream
    self.images = images
    self.jitter = jitter
  }
}

/// Random brightness and contrast: an image x becomes c·x + b, with one c and one b for all its pixels.
///
/// It acts on images that are standardised and cropped already, as standardising would undo it: c changes the contrast about
/// the image's mean, 0, and b is in units of its standard deviation.
public struct Jitter: Codable, Hashable, Sendable {
  /// b is uniform between minus and plus this.
  public var brightness: Float
  /// c is uniform in this range.
  public var contrast: ClosedRange<Float>

  public init(brightness: Float = 0, contrast: ClosedRange<Float> = 1...1) {
    self.brightness = brightness
    self.contrast = contrast
  }

  func draw(from stream: inout RandomStream) -> (scale: Float, shift: Float) {
    let scale = contrast.lowerBound + (contrast.upperBound - contrast.lowerBound) * stream.uniform()
    return (scale, brightness * (2 * stream.uniform() - 1))
  }
}
