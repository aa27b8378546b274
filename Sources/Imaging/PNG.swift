private import CPNG
import Diagnostics
import Files
public import Foundation

/// Reads and writes 8-bit PNG pictures, grey or RGB.
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

  /// The picture in `data`: grey stays grey, palettes become RGB.
  /// - Parameter name: what errors call it.
  /// - Throws: `InputError(.file)` if it is not a sound PNG, is too large, is transparent or has 16 bits a channel.
  public static func decode(_ data: Data, name: String) throws -> Bitmap {
    func failure(_ problem: String, _ remedy: String = "name a sound 8-bit PNG file") -> InputError {
      InputError(.file, name, problem, remedy: remedy)
    }
    guard data.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else {
      throw failure("does not begin as a PNG file does")
    }
    var image = blankImage()
    defer { png_image_free(&image) }
    return try data.withUnsafeBytes { bytes in
      guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
        throw failure("is not a sound PNG file: \(message(of: image))")
      }
      let (width, height) = (Int(image.width), Int(image.height))
      guard width <= maximumSide, height <= maximumSide else {
        throw failure("has \(width)×\(height) pixels, and \(maximumSide) a side is the most that is read")
      }
      guard image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) == 0 else {
        throw failure("is transparent", "put it on an opaque background first")
      }
      guard image.format & UInt32(PNG_FORMAT_FLAG_LINEAR) == 0 else {
        throw failure("has 16 bits a channel", "save it with 8 bits a channel")
      }
      image.format &= colour
      let channels = image.format == 0 ? 1 : 3
      // The pixels are claimed from the header alone: a file too small to hold them at the best ratio of deflate lies.
      guard width * height <= bytes.count * 1032 * 8 else {
        throw failure("claims \(width)×\(height) pixels, more than its \(bytes.count) bytes can hold")
      }
      var pixels = [UInt8](repeating: 0, count: width * height * channels)
      guard png_image_finish_read(&image, nil, &pixels, 0, nil) != 0 else {
        throw failure("is not a sound PNG file: \(message(of: image))")
      }
      return Bitmap(width: width, height: height, channels: channels, pixels: pixels)
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
