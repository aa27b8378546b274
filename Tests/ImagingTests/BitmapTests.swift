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
}
