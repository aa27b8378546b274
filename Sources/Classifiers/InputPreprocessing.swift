public import ONNX
public import Tensors

/// What is done to the images of a data set before a model that does not do it itself: inside the classifier, so that ε is in
/// the unit of the images' own pixels.
///
/// In this order, which is that of torchvision's pipelines: `resize`, `crop`, `range`, `channels`, then `mean` and `std`. What
/// is nil is not done.
public struct InputPreprocessing: Codable, Hashable, Sendable {
  /// Bilinear, with smoothing where images become smaller, as Pillow and torchvision do it.
  public var resize: Resizing?
  /// The rectangle in the middle.
  public var crop: ImageSize?
  /// What black and white become.
  public var range: PixelScale?
  public var channels: ChannelOrder?
  /// One number, or one for each channel in the order of `channels`, on the scale of `range`: it is subtracted.
  public var mean: [Double]?
  /// As `mean`: what remains is divided by it.
  public var std: [Double]?
  /// Where the model takes the channels, if its file does not tell.
  public var layout: InputLayout?
  /// `[channels, rows, columns]` of what the model takes, if its file leaves that open.
  public var inputShape: ImageShape?

  public init() {}

  /// Whether nothing is done and nothing is said.
  public var isEmpty: Bool { self == InputPreprocessing() }

  /// What is done, in its order, a phrase for each step; then how the file is read.
  public var phrases: [String] {
    func list(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: ", ") }
    return [
      resize.map { "resized to \($0.title)" }, crop.map { "cropped to \($0) in the middle" },
      range.map { "pixels from \($0.lowText) to \($0.highText)" }, channels?.title,
      mean.map { "less the mean \(list($0))" }, std.map { "divided by \(list($0))" },
      layout.map { "read as \($0.rawValue.uppercased())" }, inputShape.map { "input of \($0)" },
    ].compactMap { $0 }
  }
}

/// What images are resized to.
public enum Resizing: Hashable, Sendable {
  /// The shorter side has so many pixels, and the longer one as many as the proportions ask for, rounded down.
  case shorterSide(Int)
  case exactly(ImageSize)

  /// The rows and columns that images of such a size get.
  func size(of rows: Int, _ columns: Int) -> ImageSize {
    switch self {
    case .exactly(let size): return size
    case .shorterSide(let side):
      let (short, long) = (min(rows, columns), max(rows, columns))
      let other = side * long / short
      return rows <= columns ? ImageSize(rows: side, columns: other) : ImageSize(rows: other, columns: side)
    }
  }

  var title: String {
    switch self {
    case .shorterSide(let side): "\(side) pixels on the shorter side"
    case .exactly(let size): "\(size)"
    }
  }
}

/// Rows and columns of an image.
public struct ImageSize: Hashable, Sendable {
  public var rows: Int
  public var columns: Int

  public init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }
}

/// `[channels, rows, columns]`.
public struct ImageShape: Hashable, Sendable {
  public var shape: Shape

  public init(_ shape: Shape) { self.shape = shape }
}

/// What a pixel of 0 and one of 1 become; what is between, in proportion.
public struct PixelScale: Hashable, Sendable {
  public var low: Double
  public var high: Double

  public init(low: Double, high: Double) { (self.low, self.high) = (low, high) }

  var lowText: String { Self.text(low) }
  var highText: String { Self.text(high) }

  /// `255` rather than `255.0`.
  static func text(_ number: Double) -> String { Int(exactly: number).map { "\($0)" } ?? "\(number)" }
}

/// What becomes of the channels of an image.
public enum ChannelOrder: String, Codable, CaseIterable, Sendable {
  /// As they are.
  case rgb
  /// The last one first.
  case bgr
  /// The only channel of grey images three times over.
  case greyToRGB = "grey-to-rgb"

  var title: String {
    switch self {
    case .rgb: "channels as they are"
    case .bgr: "channels in the order BGR"
    case .greyToRGB: "the grey channel three times over"
    }
  }
}
