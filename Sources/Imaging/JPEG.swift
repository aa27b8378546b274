private import CJPEG
import Diagnostics
public import Foundation

/// Reads JPEG pictures, grey or in colour, as libjpeg's defaults decode them: exact integer DCT, smooth upsampling of colour.
///
/// Pillow and torchvision see the same pixels. What a file says of its orientation (EXIF) and colour profile is left aside, as
/// there. Only TurboJPEG's interface is called: it returns errors, where libjpeg's own jumps across Swift frames.
public enum JPEG {
  /// The picture in `data`.
  /// - Parameter name: what errors call it.
  /// - Throws: `InputError(.file)` if it is not a sound JPEG file, is too large, or is of printing colours (CMYK).
  public static func decode(_ data: Data, name: String) throws -> Bitmap {
    func failure(_ problem: String, _ remedy: String = "get the file again, or save it anew") -> InputError {
      InputError(.file, name, problem, remedy: remedy)
    }
    guard let handle = tjInitDecompress() else { throw failure("can't be decoded: TurboJPEG does not start") }
    defer { tjDestroy(handle) }
    func message() -> String { tjGetErrorStr2(handle).map { String(cString: $0) } ?? "no reason given" }
    return try data.withUnsafeBytes { (file: UnsafeRawBufferPointer) in
      guard !file.isEmpty, let start = file.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
        throw failure("is empty")
      }
      var (width, height, sampling, space) = (CInt(0), CInt(0), CInt(0), CInt(0))
      guard tjDecompressHeader3(handle, start, UInt(file.count), &width, &height, &sampling, &space) == 0 else {
        throw failure("is not a sound JPEG file: \(message())")
      }
      guard width > 0, height > 0 else { throw failure("is not a sound JPEG file: its size is missing") }
      let size = PictureSize(rows: Int(height), columns: Int(width))
      try size.requireReadable(name)
      guard space != TJCS_CMYK.rawValue, space != TJCS_YCCK.rawValue else {
        throw failure("has printing colours (CMYK)", "save it as RGB: in Pillow, `image.convert(\"RGB\")`")
      }
      let isGrey = space == TJCS_GRAY.rawValue
      let channels = isGrey ? 1 : 3
      var pixels = [UInt8](repeating: 0, count: size.count * channels)
      let flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS
      let format = isGrey ? TJPF_GRAY : TJPF_RGB
      if tjDecompress2(handle, start, UInt(file.count), &pixels, width, 0, height, format.rawValue, flags) != 0 {
        let problem = message()
        // Bytes too many between two segments spoil nothing.
        guard tjGetErrorCode(handle) == TJERR_WARNING.rawValue, problem.contains("extraneous") else {
          throw failure(
            problem.localizedCaseInsensitiveContains("premature end")
              ? "ends before its last pixel" : "is not a sound JPEG file: \(problem)")
        }
      }
      return Bitmap(width: Int(width), height: Int(height), channels: channels, pixels: pixels)
    }
  }
}
