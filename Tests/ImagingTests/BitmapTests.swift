import Imaging
import Tensors
import Testing

@Suite struct BitmapTests {
  @Test func planesBecomePixels() {
    let colour = Bitmap(planar: [1, 2, 3, 4, 5, 6], shape: [3, 1, 2])
    #expect(colour == Bitmap(width: 2, height: 1, channels: 3, pixels: [1, 3, 5, 2, 4, 6]))
    #expect(colour.planar == [1, 2, 3, 4, 5, 6])
    let grey = Bitmap(planar: [1, 2, 3, 4], shape: [1, 2, 2])
    #expect(grey == Bitmap(width: 2, height: 2, channels: 1, pixels: [1, 2, 3, 4]))
    #expect(grey.planar == [1, 2, 3, 4])
  }

  @Test func twoPlanesLieSideBySide() {
    let pair = Bitmap(planar: [1, 2, 3, 4, 5, 6, 7, 8], shape: [2, 2, 2])
    #expect(pair == Bitmap(width: 4, height: 2, channels: 1, pixels: [1, 2, 5, 6, 3, 4, 7, 8]))
  }

  @Test func enlarging() {
    let colour = Bitmap(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    #expect(colour.enlarged(by: 2).pixels == [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6])
    #expect(colour.enlarged(by: 1) == colour)
  }

  @Test func aSheetOfGreyPictures() {
    let dot = Bitmap(width: 1, height: 1, channels: 1, pixels: [7])
    let sheet = ImageGrid.compose(rows: [[dot, nil], [dot, dot]], scale: 2, gap: 1, background: 0)
    #expect(sheet.width == 7 && sheet.height == 7 && sheet.channels == 1)
    #expect(
      sheet.pixels == [
        0, 0, 0, 0, 0, 0, 0,
        0, 7, 7, 0, 0, 0, 0,
        0, 7, 7, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0,
        0, 7, 7, 0, 7, 7, 0,
        0, 7, 7, 0, 7, 7, 0,
        0, 0, 0, 0, 0, 0, 0,
      ])
  }

  @Test func colourWinsAndSmallPicturesLieInTheCorner() {
    let colour = Bitmap(width: 1, height: 2, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    let grey = Bitmap(width: 1, height: 1, channels: 1, pixels: [9])
    let sheet = ImageGrid.compose(rows: [[colour, grey]], gap: 0, background: 255)
    #expect(sheet == Bitmap(width: 2, height: 2, channels: 3, pixels: [1, 2, 3, 9, 9, 9, 4, 5, 6, 255, 255, 255]))
  }

  /// A row of headings is no higher than they are.
  @Test func rowsAreAsHighAsTheirPictures() {
    let low = Bitmap(width: 1, height: 1, channels: 1, pixels: [9])
    let high = Bitmap(width: 1, height: 2, channels: 1, pixels: [7, 8])
    let sheet = ImageGrid.compose(rows: [[low, nil], [low, high], [low]], gap: 1, background: 0)
    #expect(sheet.width == 5 && sheet.height == 8)
    let columns = [1, 3].map { column in (0..<8).map { sheet.pixels[$0 * 5 + column] } }
    #expect(columns == [[0, 9, 0, 9, 0, 0, 9, 0], [0, 0, 0, 7, 8, 0, 0, 0]])
  }

  @Test func aFrameGoesRoundAPicture() {
    let dot = Bitmap(width: 1, height: 1, channels: 1, pixels: [7]).framed(by: 1, red: 1, green: 2, blue: 3)
    let edge: [UInt8] = [1, 2, 3]
    #expect(dot.width == 3 && dot.height == 3)
    #expect(dot.pixels == edge + edge + edge + edge + [7, 7, 7] + edge + edge + edge + edge)
  }

  @Test func numbersAreWritten() {
    let text = PixelText.bitmap("1/", scale: 1)
    let drawn = (0..<5).map { row in
      String(text.pixels[row * 8..<row * 8 + 8].map { $0 == 0 ? "#" : "." })
    }
    #expect(
      drawn == [
        ".#....#.",
        "##....#.",
        ".#...#..",
        ".#..#...",
        "###.#...",
      ])
    #expect(PixelText.bitmap("é", scale: 2).pixels.allSatisfy { $0 == 255 })
  }
}
