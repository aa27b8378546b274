import CZlib
import Files
import Foundation

/// A zip archive in memory (PKWARE's APPNOTE 6.3), as far as `.npz` files need it: entries that are stored or deflated, no
/// encryption, no spanning, sizes below 4 GiB.
struct ZipArchive: Sendable {
  /// A file in the archive.
  struct Entry: Sendable {
    let name: String
    let isDeflated: Bool
    let crc: UInt32
    /// Bytes once decompressed.
    let size: Int
    /// Where its bytes are in the archive.
    let range: Range<Int>
  }

  static let remedy = "save it again with numpy.savez: it is damaged or was not copied to its end"
  /// Deflate's best ratio.
  private static let bestRatio = 1032

  let entries: [Entry]
  private let data: Data
  private let name: String

  /// Reads the directory of `data`, the whole file.
  /// - Throws: `InputError(.file)` if it is not sound, or uses what is not read.
  init(_ data: Data, name: String) throws {
    let data = data.startIndex == 0 ? data : Data(data)
    self.data = data
    self.name = name
    func failure(_ problem: String) -> InputError { InputError(.file, name, problem, remedy: Self.remedy) }
    guard data.starts(with: [0x50, 0x4B]) else { throw failure("does not begin as a zip archive does") }
    guard let end = Self.endRecord(data) else { throw failure("has no end as a zip archive has") }
    let count = Int(data.integer16(end + 10))
    let (size, start) = (Int(data.integer32(end + 12)), Int(data.integer32(end + 16)))
    guard data.integer32(end + 4) == 0, data.integer16(end + 8) == count, start <= end, size == end - start else {
      throw failure("its directory of \(count) files is not where its end says")
    }
    var entries: [Entry] = []
    var names: Set<String> = []
    var position = start
    for index in 0..<count {
      guard position + 46 <= end, data.integer32(position) == 0x0201_4B50 else {
        throw failure("file \(index) of \(count) is missing from its directory")
      }
      let lengths = (28...32).filter { $0.isMultiple(of: 2) }.map { Int(data.integer16(position + $0)) }
      let next = position + 46 + lengths.reduce(0, +)
      guard next <= end, let entry = Self.entry(data, at: position, nameLength: lengths[0], before: start) else {
        throw failure("the directory's file \(index) of \(count) is not in the archive as it says")
      }
      guard names.insert(entry.name).inserted else {
        throw failure("holds two files called “\(entry.name)”")
      }
      entries.append(entry)
      position = next
    }
    guard position == end else { throw failure("its directory holds more than its \(count) files") }
    // Files that share bytes could claim far more than the archive holds.
    let ranges = entries.map(\.range).sorted { $0.lowerBound < $1.lowerBound }
    for (one, next) in zip(ranges, ranges.dropFirst()) where one.upperBound > next.lowerBound {
      throw failure("two of its files lie in the same bytes")
    }
    self.entries = entries
  }

  /// Where the end record is: it, and a comment of the length that it states, are the last of the file.
  private static func endRecord(_ data: Data) -> Int? {
    guard data.count >= 22 else { return nil }
    return stride(from: data.count - 22, through: max(0, data.count - 22 - 65_535), by: -1).first {
      data.integer32($0) == 0x0605_4B50 && Int(data.integer16($0 + 20)) == data.count - 22 - $0
    }
  }

  /// The entry whose directory record is at `position`, if its local header and bytes are before `limit` and agree.
  private static func entry(_ data: Data, at position: Int, nameLength: Int, before limit: Int) -> Entry? {
    let (flags, method) = (data.integer16(position + 8), data.integer16(position + 10))
    let (packed, size) = (Int(data.integer32(position + 20)), Int(data.integer32(position + 24)))
    let local = Int(data.integer32(position + 42))
    // Bit 0: encrypted. 0xFFFFFFFF: the sizes are elsewhere, and larger than what is read.
    guard flags & 1 == 0, method == 0 || method == 8, packed < 0xFFFF_FFFF, size < 0xFFFF_FFFF else { return nil }
    guard method == 8 || packed == size, size <= packed * bestRatio + 64 else { return nil }
    guard local + 30 <= limit, data.integer32(local) == 0x0403_4B50, Int(data.integer16(local + 26)) == nameLength
    else { return nil }
    let start = local + 30 + nameLength + Int(data.integer16(local + 28))
    guard start + packed <= limit else { return nil }
    let bytes = data[position + 46..<position + 46 + nameLength]
    guard bytes == data[local + 30..<local + 30 + nameLength], let name = String(validating: bytes, as: UTF8.self)
    else { return nil }
    return Entry(
      name: name, isDeflated: method == 8, crc: data.integer32(position + 16), size: size, range: start..<start + packed
    )
  }

  /// The first `count` bytes of `entry`, decompressed; the check sum is compared if that is all of them.
  /// - Throws: `InputError(.file)` if they are not what the directory says.
  func contents(of entry: Entry, atMost count: Int) throws -> Data {
    let wanted = min(count, entry.size)
    let packed = data[entry.range]
    let result = entry.isDeflated ? inflated(packed, count: wanted) : Data(packed.prefix(wanted))
    guard let result, wanted < entry.size || checksum(result) == entry.crc else {
      throw InputError(.file, name, "“\(entry.name)” is not what the archive says of it", remedy: Self.remedy)
    }
    return result
  }

  /// The first `count` bytes of a deflated stream; `nil` if it is damaged or has fewer.
  private func inflated(_ packed: Data, count: Int) -> Data? {
    var stream = z_stream()
    // Negative: no header or check sum of zlib's own.
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var output = Data(count: count)
    let produced = packed.withUnsafeBytes { input in
      output.withUnsafeMutableBytes { output in
        stream.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(output.count)
        let status = inflate(&stream, Z_SYNC_FLUSH)
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { return 0 }
        return output.count - Int(stream.avail_out)
      }
    }
    return produced == count ? output : nil
  }

  /// The bytes of an archive of stored `files`.
  static func encoded(_ files: [(name: String, data: Data)]) -> Data {
    var archive = Data()
    var directory = Data()
    for (name, data) in files {
      let offset = archive.count
      precondition(offset + data.count < 0xFFFF_FFFF, "ZipArchive: more than 4 GiB")
      // Version 2.0, no flags, stored, 1980-01-01 00:00, CRC, sizes, length of the name, nothing extra.
      var common = Data([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0])
      for value in [checksum(data), UInt32(data.count), UInt32(data.count), UInt32(name.utf8.count)] {
        common.append(littleEndian: value)
      }
      archive.append(littleEndian: 0x0403_4B50)
      archive += common + Data(name.utf8) + data
      directory.append(littleEndian: 0x0201_4B50)
      // Made by version 2.0; comment, disk and attributes are 0.
      directory += Data([20, 0]) + common + Data(count: 10)
      directory.append(littleEndian: UInt32(offset))
      directory += Data(name.utf8)
    }
    let start = archive.count
    archive += directory
    archive.append(littleEndian: 0x0605_4B50)
    archive += Data(count: 4)
    archive.append(littleEndian: UInt32(files.count) << 16 | UInt32(files.count))
    archive.append(littleEndian: UInt32(directory.count))
    archive.append(littleEndian: UInt32(start))
    return archive + Data(count: 2)
  }

  private static func checksum(_ data: Data) -> UInt32 {
    data.withUnsafeBytes { bytes in
      UInt32(crc32_z(0, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count))
    }
  }

  private func checksum(_ data: Data) -> UInt32 { Self.checksum(data) }
}

extension Data {
  fileprivate func integer16(_ offset: Int) -> UInt16 {
    withUnsafeBytes { UInt16(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt16.self)) }
  }

  fileprivate func integer32(_ offset: Int) -> UInt32 {
    withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
  }

  fileprivate mutating func append(littleEndian value: UInt32) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
