import Foundation

/// The chunks that a PNG file is made of (PNG specification, 5.3): a length, a name of four letters, bytes, a check sum.
enum PNGChunks {
  static let signature = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])

  /// The file without chunks that change no stored pixel: texts, times, gamma and colour profiles, by which libpng would convert.
  ///
  /// From the first place on where it is no sequence of chunks, it stays as it is, for libpng to say what is wrong.
  static func essential(_ file: Data) -> Data {
    var result = signature
    result.reserveCapacity(file.count)
    var place = file.startIndex + signature.count
    while place + 12 <= file.endIndex {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.endIndex - place - 12 else { break }
      let end = place + 12 + length
      let name = file[place + 4..<place + 8]
      // A small first letter (bit 5) says that a picture can be understood without the chunk.
      let isAncillary = name.first! & 0x20 != 0
      if !isAncillary || name.elementsEqual("tRNS".utf8) { result.append(file[place..<end]) }
      place = end
    }
    result.append(file[place...])
    return result
  }
}
