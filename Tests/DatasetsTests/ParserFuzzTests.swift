import Arrays
import Datasets
import Diagnostics
import Files
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

/// Damaged files of every format that is read: each is read, or refused with an `InputError`; none crashes, hangs or makes
/// the program take memory that the file does not hold.
///
/// `ROBUST_FUZZ=100000 swift test -c release --filter ParserFuzzTests` tries so many mutations in all, instead of a few
/// thousand, and then also looks at how far the memory of the process has grown, which needs it to run alone.
@Suite(.serialized) struct ParserFuzzTests {
  struct Format: Sendable, CustomTestStringConvertible {
    let name: String
    /// A sound file.
    let file: Data
    /// Reads a file at a path and says how many bytes it was made into.
    let read: @Sendable (String) throws -> Int
    var testDescription: String { name }
  }

  static let requested = ProcessInfo.processInfo.environment["ROBUST_FUZZ"].flatMap { Int($0) }

  static let formats: [Format] = {
    let images = Data(hex: "00000803 00000006 0000001c 0000001c") + Data((0..<6 * 784).map { UInt8($0 % 251) })
    let labels = Data(hex: "00000801 00000006 030901020304")
    let tensors = SafeTensors(
      tensors: [
        "a.weight": Tensor([Float](repeating: 0.5, count: 60), shape: [3, 4, 5]), "b": Tensor([1, 2], shape: [2]),
      ],
      metadata: ["format": "x", "note": "a \"quoted\" \\ é"])
    let pixels = NumericArray((0..<600).map { UInt8($0 % 256) }, shape: [6, 10, 10])
    let numbers = NumericArray((0..<60).map { Float($0) / 255 }, shape: [6, 2, 5])
    let classes = NumericArray([0, 1, 2, 3, 4, 5])
    let grey = Bitmap(width: 28, height: 28, channels: 1, pixels: (0..<784).map { UInt8($0 % 253) })
    let colour = Bitmap(width: 9, height: 11, channels: 3, pixels: (0..<297).map { UInt8($0 % 241) })
    let sound = try! tensors.encoded()
    let readTensors: @Sendable (String) throws -> Int = {
      try SafeTensors(contentsOf: $0).tensors.values.reduce(0) { $0 + 4 * $1.count }
    }
    let readImages: @Sendable (String) throws -> Int = { try IDXReader.images(at: $0).pixels.count }
    let readArray: @Sendable (String) throws -> Int = { try NPY.read($0).bytes.count }
    let readArrays: @Sendable (String) throws -> Int = { path in
      let file = try NPZ(contentsOf: path)
      return try file.names.reduce(0) { try $0 + (file.array($1)?.bytes.count ?? 0) }
    }
    let matrix = NORBMatrix.encoded(NumericArray((0..<600).map { UInt8($0 % 247) }, shape: [3, 2, 10, 10]))
    let batch = CIFARBatch.encoded(labels: [0, 1, 2, 3, 4, 9], pixels: Data(count: 6 * CIFARBatch.imageSize))
    let readMatrix: @Sendable (String) throws -> Int = { try NORBMatrix.read($0).bytes.count }
    let readPicture: @Sendable (String) throws -> Int = { try PNG.read($0).pixels.count }
    let readDataset: @Sendable (String) throws -> Int = {
      let dataset = try DatasetCatalog(environment: [:], system: []).load($0)
      return dataset.count * dataset.shape.count
    }
    return [
      Format(name: "checkpoint.safetensors", file: sound, read: readTensors),
      Format(name: "checkpoint.safetensors.zst", file: try! compressZstd(sound), read: readTensors),
      Format(name: "images-idx3-ubyte", file: images, read: readImages),
      Format(name: "images-idx3-ubyte.zst", file: try! compressZstd(images), read: readImages),
      Format(name: "images-idx3-ubyte.gz", file: gzipped(images), read: readImages),
      Format(
        name: "labels-idx1-ubyte", file: labels,
        read: { try IDXReader.labels(at: $0, classCount: 10).values.count }),
      Format(name: "matrix.mat", file: matrix, read: readMatrix),
      Format(name: "matrix.mat.gz", file: gzipped(matrix), read: readMatrix),
      Format(name: "matrix.mat.zst", file: try! compressZstd(matrix), read: readMatrix),
      Format(
        name: "test_batch.bin", file: batch, read: { try CIFARBatch.read($0, count: 6).pixels.count }),
      Format(name: "grey.png", file: PNG.encode(grey), read: readPicture),
      Format(name: "colour.png", file: PNG.encode(colour), read: readPicture),
      Format(name: "bytes.npy", file: NPY.encoded(pixels), read: readArray),
      Format(name: "floats.npy", file: NPY.encoded(numbers), read: readArray),
      Format(name: "floats.npy.zst", file: try! compressZstd(NPY.encoded(numbers)), read: readArray),
      Format(name: "arrays.npz", file: NPZ.encoded([("images", pixels), ("labels", classes)]), read: readArrays),
      Format(name: "data.npz", file: NPZ.encoded([("images", pixels), ("labels", classes)]), read: readDataset),
      Format(name: "packed.npz", file: packed(NPY.encoded(pixels)), read: readArrays),
    ]
  }()

  /// `data` as gzip (RFC 1952) by stored blocks (RFC 1951, 3.2.4): what needs no compressor.
  private static func gzipped(_ data: Data) -> Data {
    var crc = UInt32.max
    for byte in data {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
    }
    let size = UInt16(data.count)
    var file = Data(hex: "1f8b0800 00000000 0003 01")
    for value in [size, ~size] { withUnsafeBytes(of: value.littleEndian) { file.append(contentsOf: $0) } }
    file += data
    for value in [~crc, UInt32(data.count)] { withUnsafeBytes(of: value.littleEndian) { file.append(contentsOf: $0) } }
    return file
  }

  /// An archive whose only entry is deflated: the body of a gzip file is what zip holds.
  private static func packed(_ data: Data) -> Data {
    let stored = NPZ.encoded([("a", try! NPY.decode(data, name: "a"))])
    let deflated = gzipped(data).dropFirst(10).dropLast(8)
    let name = Data("a.npy".utf8)
    func record(at offset: Int) -> Data {
      // Method 8, and the size of the deflated bytes.
      var record = Data(stored[offset..<offset + 26])
      record[4] = 8
      withUnsafeBytes(of: UInt32(deflated.count).littleEndian) { record.replaceSubrange(14..<18, with: $0) }
      return record
    }
    let directory = 30 + 5 + data.count
    let local = Data(hex: "504b0304") + record(at: 4) + name + deflated
    let entry = Data(stored[directory..<directory + 6]) + record(at: directory + 6) + Data(count: 14) + name
    var end = Data(stored.suffix(22))
    withUnsafeBytes(of: UInt32(local.count).littleEndian) { end.replaceSubrange(16..<20, with: $0) }
    return local + entry + end
  }

  @Test("The sound files are sound", arguments: formats)
  func sound(format: Format) throws {
    let folder = try TemporaryFolder()
    #expect(try format.read(folder.write(format.file, to: format.name)) > 0)
  }

  @Test("Damage is refused, or gives no more than the file holds", .timeLimit(.minutes(30)), arguments: formats)
  func damage(format: Format) throws {
    let folder = try TemporaryFolder()
    let path = folder(format.name)
    let count = (Self.requested ?? 5600) / Self.formats.count + 1
    var refused = 0
    let before = Self.peak
    for damaged in Damage.mutations(of: format.file, count: count, seed: UInt64(format.file.count)) {
      try damaged.write(to: URL(filePath: path))
      do {
        // Deflate and PNG's filters make at most 1032 bytes of one, and a palette three; Zstandard repeats a byte in three.
        let made = try format.read(path)
        #expect(made <= damaged.count * 1032 * 3 + (1 << 20))
      } catch {
        #expect(error is InputError, "\(error)")
        refused += 1
      }
    }
    #expect(refused > count / 3)
    #expect(try folder.names() == [format.name])
    guard Self.requested != nil else { return }
    let grown = Self.peak - before
    #expect(grown < 64 << 20)
    print("\(format.name): \(count) mutations, \(refused) refused, peak memory grew by \(grown >> 10) KiB")
  }

  /// The most memory that the process has had, in bytes; 0 where the system does not say.
  private static var peak: Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
    return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
  }
}
