/// Numbers written in a picture, in letters of 3×5 pixels: enough to head a column by its ε.
public enum PixelText {
  /// The rows of each character, three bits each, from the top.
  private static let glyphs: [Character: [UInt8]] = [
    "0": [7, 5, 5, 5, 7], "1": [2, 6, 2, 2, 7], "2": [7, 1, 7, 4, 7], "3": [7, 1, 3, 1, 7], "4": [5, 5, 7, 1, 1],
    "5": [7, 4, 7, 1, 7], "6": [7, 4, 7, 5, 7], "7": [7, 1, 2, 2, 2], "8": [7, 5, 7, 5, 7], "9": [7, 5, 7, 1, 7],
    "/": [1, 1, 2, 4, 4], ".": [0, 0, 0, 0, 2], "-": [0, 0, 7, 0, 0], "e": [0, 7, 7, 4, 7], " ": [0, 0, 0, 0, 0],
  ]

  /// `text` in black on white; characters that are not of a number are left blank.
  public static func bitmap(_ text: String, scale: Int) -> Bitmap {
    let characters = text.isEmpty ? [" "] : Array(text)
    let width = 4 * characters.count
    var pixels = [UInt8](repeating: 255, count: width * 5)
    for (position, character) in characters.enumerated() {
      for (row, bits) in (glyphs[character] ?? glyphs[" "]!).enumerated() {
        for column in 0..<3 where bits >> (2 - column) & 1 == 1 { pixels[row * width + 4 * position + column] = 0 }
      }
    }
    return Bitmap(width: width, height: 5, channels: 1, pixels: pixels).enlarged(by: scale)
  }
}
