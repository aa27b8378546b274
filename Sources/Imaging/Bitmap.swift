public import Tensors

/// An 8-bit picture, grey or RGB.
public struct Bitmap: Sendable, Hashable {
  public let width: Int
  public let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int
  /// `[height, width, channels]`, row-major.
  public let pixels: [UInt8]

  /// - Precondition: neither side is zero, and `pixels` fills them.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && (channels == 1 || channels == 3) && pixels.count == width * height * channels,
      "Bitmap: \(pixels.count) bytes for \(width)×\(height) pixels of \(channels) channels")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// A picture of one image, bytes `[channels, rows, columns]`: as many channels as it has if 1 or 3, else one grey
  /// picture per channel, side by side.
  public init(planar bytes: [UInt8], shape: Shape) {
    precondition(shape.rank == 3 && shape.count == bytes.count, "Bitmap: \(bytes.count) bytes for \(shape)")
    let (planes, rows, columns) = (shape[0], shape[1], shape[2])
    var pixels = [UInt8]()
    pixels.reserveCapacity(bytes.count)
    for row in 0..<rows {
      if planes == 3 {
        for column in 0..<columns {
          for plane in 0..<3 { pixels.append(bytes[(plane * rows + row) * columns + column]) }
        }
      } else {
        for plane in 0..<planes { pixels += bytes[((plane * rows + row) * columns)...].prefix(columns) }
      }
    }
    self.init(
      width: planes == 3 ? columns : planes * columns, height: rows, channels: planes == 3 ? 3 : 1, pixels: pixels)
  }

  /// The bytes as `[channels, height, width]`.
  public var planar: [UInt8] {
    (0..<channels).flatMap { channel in
      stride(from: channel, to: pixels.count, by: channels).map { pixels[$0] }
    }
  }

  /// The bytes `[channels, rows, columns]` of the image of `shape` that `init(planar:shape:)` turned into this picture;
  /// `nil` if it can't have been one.
  package func planar(of shape: Shape) -> [UInt8]? {
    let (planes, rows, columns) = (shape[0], shape[1], shape[2])
    guard height == rows, width == (planes == 3 ? columns : planes * columns), channels == (planes == 3 ? 3 : 1) else {
      return nil
    }
    guard planes != 1, planes != 3 else { return planar }
    return (0..<planes).flatMap { plane in
      (0..<rows).flatMap { row in pixels[((row * planes + plane) * columns)...].prefix(columns) }
    }
  }

  /// Every pixel as a square of `scale`×`scale` pixels.
  public func enlarged(by scale: Int) -> Bitmap {
    precondition(scale > 0, "Bitmap.enlarged: by \(scale)")
    var result = [UInt8]()
    result.reserveCapacity(pixels.count * scale * scale)
    for row in 0..<height {
      var line = [UInt8]()
      for column in 0..<width {
        let start = (row * width + column) * channels
        for _ in 0..<scale { line += pixels[start..<(start + channels)] }
      }
      for _ in 0..<scale { result += line }
    }
    return Bitmap(width: width * scale, height: height * scale, channels: channels, pixels: result)
  }

  /// The picture in colour with a frame of `width` pixels round it.
  public func framed(by width: Int, red: UInt8, green: UInt8, blue: UInt8) -> Bitmap {
    precondition(width >= 0, "Bitmap.framed: by \(width)")
    let colour = [red, green, blue]
    func band(_ count: Int) -> [UInt8] { (0..<count).flatMap { _ in colour } }
    let (picture, outer) = (inColour, self.width + 2 * width)
    var result = band(outer * width)
    for row in 0..<height {
      result += band(width) + picture.pixels[row * self.width * 3..<(row + 1) * self.width * 3] + band(width)
    }
    result += band(outer * width)
    return Bitmap(width: outer, height: height + 2 * width, channels: 3, pixels: result)
  }

  /// The same picture in three channels.
  var inColour: Bitmap {
    channels == 3
      ? self : Bitmap(width: width, height: height, channels: 3, pixels: pixels.flatMap { [$0, $0, $0] })
  }
}
