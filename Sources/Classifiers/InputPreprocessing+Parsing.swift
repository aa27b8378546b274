public import Diagnostics
import Foundation
import ONNX
import Tensors

extension InputPreprocessing {
  /// Reads each step as it is written: `256` or `224x224`, `0:255`, `bgr`, `0.485,0.456,0.406`.
  ///
  /// What changes nothing (`0:1`, `rgb`) is as if it were not said.
  /// - Throws: `InputError` of kind `.usage` that names what has no meaning.
  public init(
    resize: String? = nil, crop: String? = nil, range: String? = nil, channels: String? = nil, mean: String? = nil,
    std: String? = nil, layout: String? = nil, inputShape: String? = nil
  ) throws {
    self.init()
    self.resize = try resize.map { try Resizing(parsing: $0) }
    self.crop = try crop.map { try ImageSize(parsing: $0, .crop) }
    self.range = try range.map { try PixelScale(parsing: $0) }
    if self.range == PixelScale(low: 0, high: 1) { self.range = nil }
    self.channels = try channels.map {
      ChannelOrder(rawValue: try Self.channelVocabulary.name(for: $0, .usage, "\(Setting.channels)"))!
    }
    if self.channels == .rgb { self.channels = nil }
    self.mean = try mean.map { try Self.numbers($0, .mean) }
    self.std = try std.map { try Self.numbers($0, .std) }
    self.layout = try layout.map {
      InputLayout(rawValue: try Self.layoutVocabulary.name(for: $0, .usage, "\(Setting.layout)"))!
    }
    self.inputShape = try inputShape.map { try ImageShape(parsing: $0) }
    try validate()
  }

  public static let channelVocabulary = Vocabulary(
    "order of channels", names: ChannelOrder.allCases.map(\.rawValue),
    synonyms: [
      "gray-to-rgb": ChannelOrder.greyToRGB.rawValue, "grey2rgb": ChannelOrder.greyToRGB.rawValue,
      "gray2rgb": ChannelOrder.greyToRGB.rawValue,
    ])

  public static let layoutVocabulary = Vocabulary(
    "layout", names: InputLayout.allCases.map(\.rawValue),
    synonyms: ["channels-first": InputLayout.nchw.rawValue, "channels-last": InputLayout.nhwc.rawValue])

  /// - Throws: `InputError` of kind `.usage` for numbers by which nothing can be divided, or of which there are not as many.
  func validate() throws {
    for (setting, numbers) in [(Setting.mean, mean), (.std, std)] {
      guard let numbers else { continue }
      guard !numbers.isEmpty, numbers.count <= 1024, numbers.allSatisfy({ $0.isFinite && abs($0) < 1e9 }) else {
        throw InputError(
          .usage, setting, "found \(numbers)", remedy: "give one number, or one for each channel, such as 0.5,0.5,0.5")
      }
    }
    if let std, std.contains(where: { $0 < 1e-9 }) {
      throw InputError(
        .usage, .std, "found \(std.map { "\($0)" }.joined(separator: ",")); it divides, so that it has to be positive",
        remedy: "give the standard deviations, for example 0.229,0.224,0.225")
    }
    if let mean, let std, mean.count != std.count, mean.count > 1, std.count > 1 {
      throw InputError(
        .usage, .std, "\(std.count) numbers, and \(Setting.mean) has \(mean.count)",
        remedy: "give as many for both, one for each channel")
    }
    if let range, !(abs(range.low) < 1e9 && abs(range.high) < 1e9 && range.low != range.high) {
      throw InputError(
        .usage, .range, "found \(range)", remedy: "give what black and white become, such as 0:255 or -1:1")
    }
    for size in [crop, resize.map { $0.size(of: 1, 1) }].compactMap({ $0 }) {
      guard ImageSize.limits.contains(size.rows), ImageSize.limits.contains(size.columns) else {
        throw InputError(
          .usage, "\(Setting.resize), \(Setting.crop)", "found \(size)",
          remedy: "a side has from \(ImageSize.limits.lowerBound) to \(ImageSize.limits.upperBound) pixels")
      }
    }
  }

  private static func numbers(_ text: String, _ setting: Setting) throws -> [Double] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { piece in
      guard let number = Self.number(piece) else {
        throw InputError(
          .usage, setting, "“\(piece)” is no number",
          remedy: "give one number, or one for each channel, for example \(setting.set(to: "0.5,0.5,0.5"))")
      }
      return number
    }
  }

  /// A number, or a quotient of two: `0.485`, `123/255`.
  fileprivate static func number(_ text: some StringProtocol) -> Double? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      .map { Double($0.trimmingCharacters(in: .whitespaces)) }
    switch (parts.count, parts.first ?? nil, parts.last ?? nil) {
    case (1, let number?, _) where number.isFinite: return number
    case (2, let above?, let below?) where below != 0 && (above / below).isFinite: return above / below
    default: return nil
    }
  }
}

extension Resizing: CodedAsText {
  /// `256`, the shorter side, or `224x224`.
  public init(parsing text: String) throws {
    if let side = Int(text.trimmingCharacters(in: .whitespaces)) {
      _ = try ImageSize(parsing: text, .resize)
      self = .shorterSide(side)
    } else {
      self = .exactly(try ImageSize(parsing: text, .resize))
    }
  }

  public var description: String {
    switch self {
    case .shorterSide(let side): "\(side)"
    case .exactly(let size): "\(size.rows)x\(size.columns)"
    }
  }
}

extension ImageSize: CodedAsText {
  /// The sides that an image may have.
  static let limits = 1...8192

  public init(parsing text: String) throws { try self.init(parsing: text, .crop) }

  /// `224`, a square, or `192x224`: rows and columns.
  init(parsing text: String, _ setting: Setting) throws {
    let sides = ImageShape.numbers(text)
    guard let rows = sides.first ?? nil, let columns = sides.last ?? nil, sides.count <= 2,
      Self.limits.contains(rows), Self.limits.contains(columns)
    else {
      throw InputError(
        .usage, setting, "“\(text)” is no size",
        remedy: "give one side, or rows and columns, for example \(setting.set(to: "224")) or "
          + setting.set(to: "192x224"))
    }
    self.init(rows: rows, columns: columns)
  }

  public var description: String { "\(rows)×\(columns)" }
}

extension ImageShape: CodedAsText {
  /// `3x224x224`: channels, rows and columns.
  public init(parsing text: String) throws {
    let sizes = Self.numbers(text).compactMap { $0 }
    guard sizes.count == 3, sizes.count == Self.numbers(text).count, (1...1024).contains(sizes[0]),
      ImageSize.limits.contains(sizes[1]), ImageSize.limits.contains(sizes[2])
    else {
      throw InputError(
        .usage, .inputShape, "“\(text)” is no shape",
        remedy: "give channels, rows and columns, for example \(Setting.inputShape.set(to: "3x224x224"))")
    }
    self.init(Shape(sizes))
  }

  public var description: String { shape.dimensions.map(String.init).joined(separator: "x") }

  /// The numbers between crosses.
  static func numbers(_ text: String) -> [Int?] {
    text.lowercased().replacing("×", with: "x").split(separator: "x", omittingEmptySubsequences: false)
      .map { Int($0.trimmingCharacters(in: .whitespaces)) }
  }
}

extension PixelScale: CodedAsText {
  /// `0:255`, or `-1:1`.
  public init(parsing text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { InputPreprocessing.number($0) }
    guard parts.count == 2, let low = parts[0], let high = parts[1], low != high else {
      throw InputError(
        .usage, .range, "“\(text)” is no range",
        remedy: "give what black and white become, for example \(Setting.range.set(to: "0:255")) or "
          + Setting.range.set(to: "-1:1"))
    }
    self.init(low: low, high: high)
  }

  public var description: String { "\(lowText):\(highText)" }
}
