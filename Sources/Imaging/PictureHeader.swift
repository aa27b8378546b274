import Diagnostics
import Files
import Foundation

/// What the first bytes of a picture say: its format, its size, and whether it is grey. Nothing is decoded.
package struct PictureHeader: Sendable, Hashable {
  package enum Format: Sendable { case png, jpeg }

  package let format: Format
  package let size: PictureSize
  /// 1 or 3; opacity does not count.
  package let channels: Int

  private static let signature = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  /// Read at once: enough for all but pictures with a large thumbnail or colour profile before them.
  private static let pieceLength = 4096

  /// The header of the file at `path`, whatever that is called; nil if it begins neither as PNG nor as JPEG.
  /// - Throws: `InputError(.file)` if it can't be read, or ends or errs before it says its size.
  package init?(ofFile path: String) throws {
    guard let kind = PathKind(at: path, following: true), kind == .file else { return nil }
    let file: FileHandle
    do { file = try FileHandle(forReadingFrom: URL(filePath: path)) } catch {
      throw InputError(
        .file, path, "can't be opened: \((error as NSError).localizedDescription)", remedy: "check its permissions")
    }
    defer { try? file.close() }
    func bytes(at offset: Int, _ count: Int) throws -> Data {
      do {
        try file.seek(toOffset: UInt64(offset))
        return try file.read(upToCount: count) ?? Data()
      } catch {
        throw InputError(
          .file, path, "can't be read: \((error as NSError).localizedDescription)",
          remedy: "check the file system that holds it")
      }
    }
    let start = try bytes(at: 0, Self.pieceLength)
    if start.starts(with: Self.signature) {
      try self.init(png: start, path)
    } else if start.starts(with: [0xFF, 0xD8, 0xFF]) {
      try self.init(jpeg: start, path, bytes)
    } else {
      return nil
    }
    try size.requireReadable(path)
  }

  /// IHDR (PNG specification, 11.2.1): width, height, bits a sample, colour type.
  private init(png start: Data, _ path: String) throws {
    let bytes = [UInt8](start.prefix(33))
    guard bytes.count == 33, bytes[12..<16].elementsEqual("IHDR".utf8), [0, 2, 3, 4, 6].contains(bytes[25]) else {
      throw Self.unsound(path, "PNG")
    }
    func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    self.init(
      format: .png, size: PictureSize(rows: number(20), columns: number(16)),
      channels: [0, 4].contains(bytes[25]) ? 1 : 3)
  }

  /// Walks from segment to segment up to the frame header (ITU-T T.81, B.2.2).
  private init(jpeg start: Data, _ path: String, _ read: (Int, Int) throws -> Data) throws {
    var place = 2
    // No picture has as many segments before its frame.
    for _ in 0..<4096 {
      func bytes(_ count: Int) throws -> [UInt8] {
        [UInt8](place + count <= start.count ? start[place..<place + count] : try read(place, count))
      }
      var head = try bytes(10)
      while head.count == 10, head[0] == 0xFF, head[1] == 0xFF {
        place += 1
        head = try bytes(10)
      }
      guard head.count >= 4, head[0] == 0xFF, !(0xD0...0xDA).contains(head[1]), head[1] > 1 else { break }
      if (0xC0...0xCF).contains(head[1]), ![0xC4, 0xC8, 0xCC].contains(head[1]) {
        guard head.count == 10 else { break }
        self.init(
          format: .jpeg,
          size: PictureSize(rows: Int(head[5]) << 8 | Int(head[6]), columns: Int(head[7]) << 8 | Int(head[8])),
          channels: head[9] == 1 ? 1 : 3)
        return
      }
      place += 2 + (Int(head[2]) << 8 | Int(head[3]))
    }
    throw Self.unsound(path, "JPEG")
  }

  private init(format: Format, size: PictureSize, channels: Int) {
    (self.format, self.size, self.channels) = (format, size, channels)
  }

  private static func unsound(_ path: String, _ format: String) -> InputError {
    InputError(
      .file, path, "begins as a \(format) file does, and does not go on as one: its size is missing",
      remedy: "get the file again, or save it anew")
  }
}
