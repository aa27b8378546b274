import Arrays
import Diagnostics
import Foundation

/// The 256 levels of the pixels in an array: bytes, or floating point numbers that are the levels k/255.
///
/// Anything else is refused with what turns it into bytes, since a guess would change what the model sees: numbers up to 255
/// in place of 1, normalised ones, 16 bits, black and white as 0 and 1.
struct PixelLevels {
  private let file: ArrayFile
  private let path: String

  init(_ file: ArrayFile, path: String) {
    self.file = file
    self.path = path
  }

  /// A byte for each element, in the order of `NumericArray`.
  /// - Throws: `InputError(.dataset)` if they are no levels, `InputError(.file)` if they can't be read.
  func read() throws -> Data {
    guard file.element != .bool else {
      throw refusal(
        "its images are bool: which is black, and which is white?",
        "if True is white, x being the images: `x = x.astype(\"uint8\") * 255`")
    }
    var range = PixelRange()
    let isFloat = file.element.isFloat
    var levels = Data(capacity: isFloat || file.element == .uint8 ? file.count : 0)
    // Half precision has fewer digits: k/255 is off by up to a sixteenth of a level.
    let tolerance = file.element == .float16 ? 0.07 : 1e-3
    try file.forEachPiece { piece in
      if file.element == .uint8 {
        levels.append(contentsOf: piece)
        range.note(bytes: piece)
        return
      }
      var ofPiece: [UInt8] = []
      ofPiece.reserveCapacity(piece.count / file.element.size)
      for index in 0..<piece.count / file.element.size {
        let value = NumericArray.number(piece, index, file.element)
        range.note(value)
        guard isFloat, range.isOnLevels else { continue }
        let level = (255 * value).rounded()
        guard level >= 0, level <= 255, abs(255 * value - level) < tolerance else {
          range.noteOffLevel(value)
          continue
        }
        ofPiece.append(UInt8(level))
      }
      levels.append(contentsOf: ofPiece)
    }
    if let (problem, remedy) = range.problem(of: file.element) { throw refusal(problem, remedy) }
    return file.isFortranOrder ? ArrayFile.rowMajor(levels, shape: file.shape, size: 1) : levels
  }

  private func refusal(_ problem: String, _ remedy: String) -> InputError {
    InputError(.dataset, path, problem, remedy: remedy)
  }
}
