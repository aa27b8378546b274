import Imaging
import Testing

/// Pictures of the levels 37 i + i²/7, modulo 256, and what Pillow 12.0.0 makes of them by `resize((columns, rows), BILINEAR)`.
private typealias Resized = (rows: Int, columns: Int, channels: Int, newRows: Int, newColumns: Int, pixels: [UInt8])

private let byPillow: [Resized] = [
  (
    7, 5, 1, 3, 2,
    [
      116, 102, 120, 170, 96, 121,
    ]
  ),
  (
    7, 5, 1, 7, 2,
    [
      37, 112, 157, 61, 168, 168, 116, 200, 72, 158, 116, 124, 85, 96,
    ]
  ),
  (
    4, 6, 3, 3, 9,
    [
      60, 98, 61, 80, 119, 120, 120, 130, 157, 200, 90, 67, 153, 104, 107, 106, 135, 147, 189, 168, 60, 146,
      150, 103, 81, 124, 168, 219, 135, 53, 159, 140, 122, 100, 146, 170, 106, 153, 93, 115, 162, 81, 123, 150,
      91, 133, 75, 102, 145, 66, 115, 153, 75, 124, 148, 123, 174, 98, 111, 162, 60, 111, 134, 113, 165, 69,
      116, 170, 95, 120, 144, 134, 177, 82, 123, 184, 110, 76, 176, 154, 31,
    ]
  ),
  (
    9, 8, 3, 2, 2,
    [
      129, 110, 124, 135, 130, 106, 83, 127, 158, 100, 119, 150,
    ]
  ),
  (
    3, 3, 1, 7, 5,
    [
      0, 15, 37, 59, 74, 16, 31, 53, 75, 90, 64, 79, 102, 124, 139, 112, 127, 150, 173, 188, 161, 133, 90, 113,
      128, 211, 138, 30, 53, 69, 227, 140, 10, 33, 49,
    ]
  ),
]

private func picture(_ rows: Int, _ columns: Int, _ channels: Int) -> Bitmap {
  Bitmap(
    width: columns, height: rows, channels: channels,
    pixels: (0..<rows * columns * channels).map { UInt8(truncatingIfNeeded: $0 * 37 + $0 * $0 / 7) })
}

@Suite struct ResizingTests {
  @Test("Every number is that of Pillow", arguments: byPillow.indices)
  func likePillow(index: Int) {
    let resized = byPillow[index]
    let result = picture(resized.rows, resized.columns, resized.channels)
      .resized(to: PictureSize(rows: resized.newRows, columns: resized.newColumns))
    #expect(result.height == resized.newRows && result.width == resized.newColumns)
    #expect(result.pixels == resized.pixels)
  }

  @Test func theSameSizeChangesNothing() {
    let bitmap = picture(5, 4, 3)
    #expect(bitmap.resized(to: PictureSize(rows: 5, columns: 4)) == bitmap)
  }

  @Test("One level stays one level", arguments: [0, 1, 127, 254, 255], [(1, 1), (3, 50), (64, 2)])
  func constant(level: UInt8, size: (rows: Int, columns: Int)) {
    let bitmap = Bitmap(width: 17, height: 11, channels: 1, pixels: [UInt8](repeating: level, count: 187))
    #expect(
      bitmap.resized(to: PictureSize(rows: size.rows, columns: size.columns)).pixels.allSatisfy { $0 == level })
  }

  @Test func cropsTheRectangle() {
    let bitmap = Bitmap(width: 4, height: 3, channels: 1, pixels: Array(0..<12))
    #expect(bitmap.cropped(to: PictureSize(rows: 2, columns: 3), row: 1, column: 1).pixels == [5, 6, 7, 9, 10, 11])
  }
}
