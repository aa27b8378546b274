import CZlib
import Diagnostics
import Files
import Foundation

/// A zip archive (PKWARE's APPNOTE 6.3), as far as `.npz` files need it: entries that are stored or deflated, no encryption, no
/// spanning, sizes below 4 GiB. Of a file, only the directory is read until an entry is asked for.
struct ZipArchive: Sendable {
  /// A file in the archive.
  struct Entry: Sendable {
    let name: String
    /// Why it can't be read, if it can't.
    let obstacle: Obstacle?
    let isDeflated: Bool
    let crc: UInt32
    /// Bytes once decompressed.
    let size: Int
    /// Where its bytes are in the archive.
    let range: Range<Int>
  }

  /// What an entry uses that is not read.
  struct Obstacle: Sendable {
    let problem: String
    let remedy: String
  }

  static let magic = Data("PK".utf8)
  static let remedy = "save it again with numpy.savez: it is damaged or was not copied to its end"
  /// Deflate's best ratio.
  private static let bestRatio = 1032

  let entries: [Entry]
  private let source: Source
  private let name: String

  /// Where the bytes of the archive are.
  private enum Source: Sendable {
    case memory(Data)
    case file(FileBytes)

    var count: Int {
      switch self {
      case .memory(let data): data.count
      case .file(let file): file.count
      }
    }

    /// Those at `range`, or fewer if the archive ends there.
    func bytes(in range: Range<Int>) throws -> Data {
      switch self {
      case .memory(let data): Data(data[range.clamped(to: 0..<data.count)])
      case .file(let file): try file.bytes(in: range)
      }
    }
  }

  /// Reads the directory of `data`, the whole file.
  /// - Throws: `InputError(.file)` if it is not sound.
  init(_ data: Data, name: String) throws {
    try self.init(.memory(data.startIndex == 0 ? data : Data(data)), name: name)
  }

  /// Reads the directory of the archive in `file`.
  /// - Throws: `InputError(.file)` if it is not sound.
  init(_ file: FileBytes, name: String) throws { try self.init(.file(file), name: name) }

  private init(_ source: Source, name: String) throws {
    self.source = source
    self.name = name
    func failure(_ problem: String) -> InputError { InputError(.file, name, problem, remedy: Self.remedy) }
    guard try source.bytes(in: 0..<2) == Self.magic else { throw failure("does not begin as a zip archive does") }
    guard let (end, record) = try Self.endRecord(source) else { throw failure("has no end as a zip archive has") }
    let count = Int(record.integer16(10))
    let (size, start) = (Int(record.integer32(12)), Int(record.integer32(16)))
    guard count < 0xFFFF, size < 0xFFFF_FFFF, start < 0xFFFF_FFFF else {
      throw InputError(
        .file, name,
        "keeps its directory as archives do (zip64) that are larger than 4 GiB or hold more than 65,534 files",
        remedy: "save images and labels alone by numpy.savez, 2 GiB of them at most")
    }
    guard record.integer32(4) == 0, record.integer16(8) == count, start <= end, size == end - start else {
      throw failure("its directory of \(count) files is not where its end says")
    }
    let directory = try source.bytes(in: start..<end)
    guard directory.count == size else { throw failure("ends within its directory") }
    var entries: [Entry] = []
    var names: Set<String> = []
    var position = 0
    for index in 0..<count {
      guard position + 46 <= size, directory.integer32(position) == 0x0201_4B50 else {
        throw failure("file \(index) of \(count) is missing from its directory")
      }
      let lengths = (28...32).filter { $0.isMultiple(of: 2) }.map { Int(directory.integer16(position + $0)) }
      let next = position + 46 + lengths.reduce(0, +)
      guard next <= size,
        let entry = try Self.entry(source, directory[position..<next], nameLength: lengths[0], before: start)
      else {
        throw failure("the directory's file \(index) of \(count) is not in the archive as it says")
      }
      guard names.insert(entry.name).inserted else {
        throw failure("holds two files called “\(entry.name)”")
      }
      entries.append(entry)
      position = next
    }
    guard position == size else { throw failure("its directory holds more than its \(count) files") }
    // Files that share bytes could claim far more than the archive holds.
    let ranges = entries.map(\.range).sorted { $0.lowerBound < $1.lowerBound }
    for (one, next) in zip(ranges, ranges.dropFirst()) where one.upperBound > next.lowerBound {
      throw failure("two of its files lie in the same bytes")
    }
    self.entries = entries
  }

  /// Where the end record is, and its bytes: it, and a comment of the length that it states, are the last of the file.
  private static func endRecord(_ source: Source) throws -> (position: Int, record: Data)? {
    let start = max(0, source.count - 22 - 65_535)
    let tail = try source.bytes(in: start..<source.count)
    guard tail.count >= 22 else { return nil }
    let found = stride(from: tail.count - 22, through: 0, by: -1).first {
      tail.integer32($0) == 0x0605_4B50 && Int(tail.integer16($0 + 20)) == tail.count - 22 - $0
    }
    return found.map { (start + $0, Data(tail[$0..<$0 + 22])) }
  }

  /// The entry whose directory record is `record`, if its local header and bytes are before `limit` and agree.
  private static func entry(_ source: Source, _ record: Data, nameLength: Int, before limit: Int) throws -> Entry? {
    let record = Data(record)
    let (flags, method) = (record.integer16(8), record.integer16(10))
    let (packed, size) = (Int(record.integer32(20)), Int(record.integer32(24)))
    let local = Int(record.integer32(42))
    let bytes = record[46..<46 + nameLength]
    guard let name = String(validating: bytes, as: UTF8.self) else { return nil }
    if let obstacle = Obstacle(flags: flags, method: method, isLarge: max(packed, size, local) == 0xFFFF_FFFF) {
      return Entry(name: name, obstacle: obstacle, isDeflated: false, crc: 0, size: 0, range: 0..<0)
    }
    guard method == 8 || packed == size, size <= packed * bestRatio + 64, local + 30 + nameLength <= limit else {
      return nil
    }
    let header = try source.bytes(in: local..<local + 30 + nameLength)
    guard header.count == 30 + nameLength, header.integer32(0) == 0x0403_4B50,
      Int(header.integer16(26)) == nameLength, header[30...] == bytes
    else { return nil }
    let start = local + 30 + nameLength + Int(header.integer16(28))
    guard start + packed <= limit else { return nil }
    return Entry(
      name: name, obstacle: nil, isDeflated: method == 8, crc: record.integer32(16), size: size,
      range: start..<start + packed)
  }

  /// The first `count` bytes of `entry`, decompressed; the check sum is compared if that is all of them.
  /// - Throws: `InputError(.file)` if they are not what the directory says, or it is compressed as is not read.
  func contents(of entry: Entry, atMost count: Int) throws -> Data {
    let wanted = min(count, entry.size)
    var result = Data(capacity: wanted)
    try forEachPiece(of: entry) { piece in
      result.append(contentsOf: piece.prefix(wanted - result.count))
      return result.count < wanted || wanted == entry.size
    }
    return result
  }

  /// Hands the decompressed bytes of `entry` to `body`, one piece after the other, until that returns false; if it never
  /// does, their number and check sum are compared.
  /// - Throws: `InputError(.file)` as `contents`, and what `body` throws.
  func forEachPiece(of entry: Entry, _ body: (UnsafeRawBufferPointer) throws -> Bool) throws {
    if let obstacle = entry.obstacle {
      throw InputError(.file, name, "“\(entry.name)” \(obstacle.problem)", remedy: obstacle.remedy)
    }
    let damage = InputError(
      .file, name, "“\(entry.name)” is not what the archive says of it", remedy: Self.remedy)
    var inflater = entry.isDeflated ? Inflater() : nil
    defer { inflater?.end() }
    guard !entry.isDeflated || inflater != nil else { throw damage }
    var (total, crc) = (0, UInt(0))
    for start in stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: Self.pieceSize) {
      let input = try source.bytes(in: start..<min(start + Self.pieceSize, entry.range.upperBound))
      let goesOn = try input.withUnsafeBytes { input in
        func hand(_ piece: UnsafeRawBufferPointer) throws -> Bool {
          total += piece.count
          guard total <= entry.size else { throw damage }
          crc = crc32_z(crc, piece.assumingMemoryBound(to: UInt8.self).baseAddress, piece.count)
          return try body(piece)
        }
        guard inflater != nil else { return try input.isEmpty || hand(input) }
        return try inflater!.inflate(input, damage: damage, hand)
      }
      guard goesOn else { return }
    }
    guard total == entry.size, UInt32(crc) == entry.crc else { throw damage }
  }

  private static let pieceSize = 1 << 18

  /// A raw deflated stream (RFC 1951) that is decompressed piece by piece.
  private struct Inflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private var output = [UInt8](repeating: 0, count: ZipArchive.pieceSize)

    init?() {
      // zlib remembers where it is.
      stream = .allocate(capacity: 1)
      stream.initialize(to: z_stream())
      // Negative: no header or check sum of zlib's own.
      guard inflateInit2_(stream, -15, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
        stream.deallocate()
        return nil
      }
    }

    func end() {
      inflateEnd(stream)
      stream.deallocate()
    }

    /// Hands over what `input` decompresses to; returns whether more is wanted.
    mutating func inflate(
      _ input: UnsafeRawBufferPointer, damage: InputError, _ body: (UnsafeRawBufferPointer) throws -> Bool
    ) throws -> Bool {
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      var isFull = true
      while isFull {
        let capacity = output.count
        let (status, produced) = output.withUnsafeMutableBytes { buffer in
          stream.pointee.next_out = buffer.assumingMemoryBound(to: UInt8.self).baseAddress
          stream.pointee.avail_out = UInt32(capacity)
          return (CZlib.inflate(stream, Z_NO_FLUSH), capacity - Int(stream.pointee.avail_out))
        }
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { throw damage }
        if produced > 0 {
          let goesOn = try output.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<produced])) }
          guard goesOn else { return false }
        }
        isFull = produced == capacity && status != Z_STREAM_END
      }
      return true
    }
  }

  /// The bytes of an archive of stored `files`.
  static func encoded(_ files: [(name: String, data: Data)]) -> Data {
    let (headers, end) = layout(files.map { ($0.name, $0.data.count, checksum(of: $0.data)) })
    return zip(headers, files).reduce(into: Data()) { $0 += $1.0 + $1.1.data } + end
  }

  /// What archives without zip64 hold is less than this: 4 GiB.
  static let limit = 0xFFFF_FFFF

  /// What stands before each of some stored `files`, and after the last.
  static func layout(_ files: [(name: String, size: Int, checksum: UInt32)]) -> (headers: [Data], end: Data) {
    var headers: [Data] = []
    var directory = Data()
    var start = 0
    for (name, size, checksum) in files {
      precondition(start + size < limit, "ZipArchive: more than 4 GiB")
      // Version 2.0, no flags, stored, 1980-01-01 00:00, CRC, sizes, length of the name, nothing extra.
      var common = Data([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0])
      for value in [checksum, UInt32(size), UInt32(size), UInt32(name.utf8.count)] {
        common.append(littleEndian: value)
      }
      var header = Data()
      header.append(littleEndian: 0x0403_4B50)
      header += common + Data(name.utf8)
      headers.append(header)
      directory.append(littleEndian: 0x0201_4B50)
      // Made by version 2.0; comment, disk and attributes are 0.
      directory += Data([20, 0]) + common + Data(count: 10)
      directory.append(littleEndian: UInt32(start))
      directory += Data(name.utf8)
      start += header.count + size
    }
    var end = directory
    end.append(littleEndian: 0x0605_4B50)
    end += Data(count: 4)
    end.append(littleEndian: UInt32(files.count) << 16 | UInt32(files.count))
    end.append(littleEndian: UInt32(directory.count))
    end.append(littleEndian: UInt32(start))
    return (headers, end + Data(count: 2))
  }

  /// The CRC of `data`, or of what had the CRC `before` and of `data` after it.
  static func checksum(of data: Data, after before: UInt32 = 0) -> UInt32 {
    data.withUnsafeBytes { bytes in
      // Without a place for the bytes, zlib would begin anew.
      bytes.isEmpty
        ? before : UInt32(crc32_z(UInt(before), bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count))
    }
  }
}

extension ZipArchive.Obstacle {
  /// What a directory record's `flags` and `method` ask for that is not read; nil if nothing.
  fileprivate init?(flags: UInt16, method: UInt16, isLarge: Bool) {
    let again = "save it again with numpy.savez or numpy.savez_compressed, which use none of it"
    if flags & 1 != 0 {
      problem = "is encrypted"
      remedy = "unpack the archive with its password, and save the arrays with numpy.savez"
    } else if isLarge {
      problem = "has its size elsewhere, as files of 4 GiB or more have it (zip64)"
      remedy = "save it again with numpy.savez, 2 GiB at most"
    } else if method != 0, method != 8 {
      let names: [UInt16: String] = [
        1: "shrinking", 6: "imploding", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd",
      ]
      problem = "is compressed by \(names[method] ?? "method \(method)"), and only Deflate is read"
      remedy = again
    } else {
      return nil
    }
  }
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
