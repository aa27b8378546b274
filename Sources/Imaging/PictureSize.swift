import Diagnostics

/// Rows and columns of a picture.
public struct PictureSize: Sendable, Hashable, CustomStringConvertible {
  public var rows: Int
  public var columns: Int

  public init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }

  /// The number of pixels.
  public var count: Int { rows * columns }

  /// For example `224×192`.
  public var description: String { "\(rows)×\(columns)" }

  /// More pixels than a picture of a data set has, and than are decoded: 64 million.
  static let maximumCount = 1 << 26

  /// Refuses what would fill memory, by what a header claims, before anything is decoded.
  /// - Throws: `InputError(.file)` that calls the picture `name`.
  package func requireReadable(_ name: String) throws {
    guard rows > 0, columns > 0, rows <= PNG.maximumSide, columns <= PNG.maximumSide, count <= Self.maximumCount else {
      throw InputError(
        .file, name,
        "claims \(self) pixels; read are up to \(PNG.maximumSide) a side and \(Self.maximumCount >> 20) million in all",
        remedy: rows > 0 && columns > 0 ? "make it smaller" : "get the file again: it has no pixels")
    }
  }
}
