import Files
import Foundation

extension Bitmap {
  /// The largest file of a picture that is read.
  private static let largestFile = 1 << 28

  /// The picture in the PNG or JPEG file at `path`; which of them it is, its first bytes say.
  /// - Throws: `InputError` as `PNG.decode` and `JPEG.decode` do, and if the file can't be read.
  public init(contentsOf path: String) throws {
    let data = try FileReader.contents(of: path, limit: Self.largestFile)
    self = data.starts(with: [0xFF, 0xD8]) ? try JPEG.decode(data, name: path) : try PNG.decode(data, name: path)
  }
}
