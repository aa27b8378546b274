public import Foundation

extension FileKind {
  /// What lies at `path`; nil if it is nothing known, or can't be read.
  ///
  /// Of a file compressed by gzip or Zstandard, what is inside, or the compression if that is not sound.
  public init?(ofFile path: String) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
    if isFolder.boolValue {
      self = Self.folder(path)
      return
    }
    // A pipe would wait for someone to write into it.
    guard
      (try? FileManager.default.attributesOfItem(atPath: Self.resolved(path)))?[.type] as? FileAttributeType
        == .typeRegular, let file = try? FileHandle(forReadingFrom: URL(filePath: path))
    else { return nil }
    defer { try? file.close() }
    guard let start = try? file.read(upToCount: Self.prefixLength) else {
      // At the end at once.
      self = .empty
      return
    }
    if start.starts(with: Magic.gzip) || start.starts(with: Magic.zstd) {
      let compression: FileKind = start.starts(with: Magic.gzip) ? .gzip : .zstd
      guard let inside = try? FileReader.read(path, atMost: Self.prefixLength).data else {
        self = compression
        return
      }
      let name =
        ["gz", "zst"].contains((path as NSString).pathExtension.lowercased())
        ? (path as NSString).deletingPathExtension : path
      self = FileKind(of: inside, name: name) ?? compression
      return
    }
    // An archive lists what it holds at its end.
    var looked = start
    if let size = try? file.seekToEnd(), size > UInt64(start.count) {
      let tail = max(UInt64(start.count), size - min(size, UInt64(Self.prefixLength)))
      try? file.seek(toOffset: tail)
      looked += (try? file.read(upToCount: Self.prefixLength)) ?? Data()
    }
    guard let kind = FileKind(of: looked, name: path) else { return nil }
    self = kind
  }

  /// What a file begins with: `data`, a whole file or its first (and last) 64 KiB; nil if it is nothing known.
  /// - Parameter name: of the file, whose ending decides where bytes leave a doubt.
  public init?(of data: Data, name: String) {
    let bytes = Array(data.prefix(2 * Self.prefixLength))
    guard let kind = Self.marked(bytes, data) ?? Self.protocolBuffer(bytes, name) ?? Self.plain(bytes, name) else {
      return nil
    }
    self = kind
  }

  private static func resolved(_ path: String) -> String { (path as NSString).resolvingSymlinksInPath }

  private static func folder(_ path: String) -> FileKind {
    func holds(_ name: String) -> Bool { FileManager.default.fileExists(atPath: PathParts.join(path, name)) }
    if holds("saved_model.pb") || holds("saved_model.pbtxt") { return .savedModelFolder }
    return holds("Manifest.json") && path.lowercased().hasSuffix(".mlpackage") ? .coreMLFolder : .folder
  }

  private enum Magic {
    static let gzip: [UInt8] = [0x1F, 0x8B]
    static let zstd: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    static let legacyPyTorch: [UInt8] = [0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    /// Texts and bytes that a kind begins with.
    static let all: [(FileKind, [UInt8])] = [
      (.gitLFSPointer, Array("version https://git-lfs.github.com/spec/".utf8)),
      (.gitLFSPointer, Array("version https://hawser.github.com/spec/".utf8)),
      (.hdf5, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]), (.gguf, Array("GGUF".utf8)),
      (.numpy, [0x93] + Array("NUMPY".utf8)), (.matlab, Array("MATLAB 5.0 MAT-file".utf8)),
      (.gzip, gzip), (.zstd, zstd), (.bzip2, Array("BZh".utf8)), (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
      (.lz4, [0x04, 0x22, 0x4D, 0x18]), (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
      (.rar, Array("Rar!".utf8) + [0x1A, 0x07]), (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
      (.jpeg, [0xFF, 0xD8, 0xFF]), (.gif, Array("GIF8".utf8)), (.tiff, [0x49, 0x49, 0x2A, 0x00]),
      (.tiff, [0x4D, 0x4D, 0x00, 0x2A]), (.pdf, Array("%PDF-".utf8)), (.sqlite, Array("SQLite format 3\0".utf8)),
      (.parquet, Array("PAR1".utf8)), (.arrow, Array("ARROW1".utf8)), (.program, [0x7F] + Array("ELF".utf8)),
      (.program, [0xCF, 0xFA, 0xED, 0xFE]), (.program, Array("MZ".utf8) + [0x90, 0x00]),
    ]
  }

  private static func marked(_ bytes: [UInt8], _ data: Data) -> FileKind? {
    if bytes.isEmpty { return .empty }
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6]) { return archive(data) }
    if let (kind, _) = Magic.all.first(where: { bytes.starts(with: $1) }) { return kind }
    if bytes.count > 8, bytes[8] == UInt8(ascii: "{"), bytes[5..<8].allSatisfy({ $0 == 0 }) { return .safetensors }
    if bytes.dropFirst(4).starts(with: "TFL3".utf8) { return .tensorFlowLite }
    if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) { return .webP }
    if bytes.starts(with: "BM".utf8), bytes.count > 14, bytes[6..<10].allSatisfy({ $0 == 0 }) { return .bmp }
    if bytes.dropFirst(257).starts(with: "ustar".utf8) { return .tar }
    if bytes.count >= 4, bytes[0] == 0, bytes[1] == 0, (8...14).contains(bytes[2]), (1...4).contains(bytes[3]) {
      return .idx
    }
    // PROTO and a protocol from 2 on; what torch.save wrote before 1.6 begins with a number of its own.
    if bytes.count > 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
      return bytes.dropFirst(2).starts(with: Magic.legacyPyTorch) ? .legacyPyTorch : .pickle
    }
    return bytes.count >= 16 && bytes.allSatisfy { $0 == 0 } ? .sparseFile : nil
  }

  /// The program that a ZIP archive is from, by the names of its members.
  private static func archive(_ data: Data) -> FileKind {
    func holds(_ name: String) -> Bool { data.range(of: Data(name.utf8)) != nil }
    if holds("/data.pkl") || holds("/constants.pkl") { return .pytorch }
    if holds("model.weights.h5") { return .keras }
    return holds(".npy") ? .npz : .zip
  }

  /// Models as protocol buffers: field 1 is a small number, the version; the next field tells them apart.
  private static func protocolBuffer(_ bytes: [UInt8], _ name: String) -> FileKind? {
    let file = PathParts.name(name).lowercased()
    if file.range(of: #"\.data-\d{5}-of-\d{5}$"#, options: .regularExpression) != nil { return .tensorFlowCheckpoint }
    if file.hasSuffix(".index"), bytes.suffix(8).elementsEqual([0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB]) {
      return .tensorFlowCheckpoint
    }
    guard bytes.count > 3, bytes[0] == 0x08, (1...30).contains(bytes[1]) else {
      // Fields may come in any order, and a frozen graph has no version.
      guard let first = bytes.first, first < 0x80, first & 7 == 2 else { return nil }
      return file.hasSuffix(".onnx") ? .onnx : file.hasSuffix(".pb") ? .savedModel : nil
    }
    if file.hasSuffix(".mlmodel") { return .coreML }
    if file.hasSuffix(".pb") || bytes[1] == 1 { return bytes[2] == 0x12 ? .savedModel : nil }
    // producer_name, producer_version, domain, model_version, doc_string, graph, opset_import.
    return [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42].contains(bytes[2]) ? .onnx : nil
  }

  /// Text, and what it is marked up with.
  private static func plain(_ bytes: [UInt8], _ name: String) -> FileKind? {
    var head = bytes.prefix(4096)
    if head.starts(with: [0xEF, 0xBB, 0xBF]) { head = head.dropFirst(3) }
    // A character may be cut at the end.
    let isWhole = bytes.count <= 4096
    let cuts = isWhole ? 0...0 : 0...3
    guard let text = cuts.lazy.compactMap({ String(validating: head.dropLast($0), as: UTF8.self) }).first,
      text.unicodeScalars.allSatisfy({ $0.value >= 0x20 || [0x09, 0x0A, 0x0C, 0x0D, 0x1B].contains($0.value) })
    else { return nil }
    let start = text.drop(while: \.isWhitespace).prefix(512).lowercased()
    let tags = ["<!doctype html", "<html", "<head", "<body", "<script", "<title"]
    if tags.contains(where: start.hasPrefix) || start.contains("<html") { return .webPage }
    if start.hasPrefix("<?xml") || start.hasPrefix("<error") { return .xml }
    return start.hasPrefix("{") || start.hasPrefix("[") ? .json : .text
  }
}
