private import CPNG
import Diagnostics
import Files
public import Foundation

/// Reads PNG pictures, grey or in colour, and writes those of 8 bits.
///
/// Only libpng's simplified functions are called: they catch `longjmp` inside C, which must not cross Swift frames.
public enum PNG {
  /// The largest width and height that is read.
  public static let maximumSide = 16_384

  /// The picture as a PNG file; the same picture gives the same bytes with the same libpng and zlib.
  public static func encode(_ bitmap: Bitmap) -> Data {
    var image = blankImage()
    image.width = UInt32(bitmap.width)
    image.height = UInt32(bitmap.height)
    image.format = bitmap.channels == 3 ? colour : 0
    defer { png_image_free(&image) }
    let upperBound = bitmap.pixels.count + bitmap.pixels.count / 100 + bitmap.height * 8 + 4096
    var data = Data(count: upperBound)
    var count = upperBound
    let written = data.withUnsafeMutableBytes {
      png_image_write_to_memory(&image, $0.baseAddress, &count, 0, bitmap.pixels, 0, nil)
    }
    precondition(written != 0, "PNG.encode: \(message(of: image))")
    return data.prefix(count)
  }

  /// Interleaved `bytes`, `[height, width, channels]`, as a PNG file.
  public static func encode(_ bytes: [UInt8], width: Int, height: Int, channels: Int) -> Data {
    encode(Bitmap(width: width, height: height, channels: channels, pixels: bytes))
  }

  /// The picture in the file at `path`.
  /// - Throws: `InputError` as `decode(_:name:)` does, and if the file can't be read.
  public static func read(_ path: String) throws -> Bitmap {
    try decode(FileReader.contents(of: path, limit: 1 << 28), name: path)
  }

  /// The picture in `data`: grey stays grey, palettes become RGB, 16 bits become the nearest of 256 levels.
  ///
  /// What a file says of colours (gamma, profiles) is left aside, as Pillow and torchvision do it: pixels are what is stored.
  /// - Parameter name: what errors call it.
  /// - Throws: `InputError(.file)` if it is not a sound PNG, is too large or is transparent anywhere.
  public static func decode(_ data: Data, name: String) throws -> Bitmap {
    func failure(_ problem: String, _ remedy: String = "get the file again, or name a sound PNG file") -> InputError {
      InputError(.file, name, problem, remedy: remedy)
    }
    guard data.starts(with: PNGChunks.signature) else {
      throw failure("does not begin as a PNG file does")
    }
    var image = blankImage()
    defer { png_image_free(&image) }
    return try PNGChunks.essential(data).withUnsafeBytes { bytes in
      guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
        throw failure("is not a sound PNG file: \(message(of: image))")
      }
      // Without a gamma, libpng would take 16 bits for amounts of light.
      image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      let (width, height) = (Int(image.width), Int(image.height))
      guard width <= maximumSide, height <= maximumSide else {
        throw failure("has \(width)×\(height) pixels, and \(maximumSide) a side is the most that is read")
      }
      let hasOpacity = image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
      image.format &= colour
      let channels = image.format == 0 ? 1 : 3
      if hasOpacity { image.format |= UInt32(PNG_FORMAT_FLAG_ALPHA) }
      let samples = channels + (hasOpacity ? 1 : 0)
      // The pixels are claimed from the header alone: a file too small to hold them at the best ratio of deflate lies.
      guard width * height <= bytes.count * 1032 * 8 else {
        throw failure("claims \(width)×\(height) pixels, more than its \(bytes.count) bytes can hold")
      }
      var pixels = [UInt8](repeating: 0, count: width * height * samples)
      guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else {
        throw failure("is not a sound PNG file: \(message(of: image))")
      }
      guard hasOpacity else { return Bitmap(width: width, height: height, channels: channels, pixels: pixels) }
      guard stride(from: channels, to: pixels.count, by: samples).allSatisfy({ pixels[$0] == 255 }) else {
        throw failure(
          "is transparent in places, and what is behind it is not known",
          "put it on an opaque background; in Pillow, `Image.alpha_composite(background, image).convert(\"RGB\")`")
      }
      var opaque = [UInt8]()
      opaque.reserveCapacity(width * height * channels)
      for start in stride(from: 0, to: pixels.count, by: samples) { opaque += pixels[start..<start + channels] }
      return Bitmap(width: width, height: height, channels: channels, pixels: opaque)
    }
  }

  private static var colour: UInt32 { UInt32(PNG_FORMAT_FLAG_COLOR) }

  private static func blankImage() -> png_image {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    return image
  }

  private static func message(of image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
