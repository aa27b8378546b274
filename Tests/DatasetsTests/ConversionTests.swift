import Arrays
import Datasets
import Diagnostics
import Foundation
import TestSupport
import Testing

/// Remedies for images in other forms, followed to the letter: the same images come out.
struct ConversionTests {
  private static let catalog = DatasetCatalog(environment: [:], system: [])
  private static let classCount = 3

  /// The Python in a remedy: what stands between backquotes.
  private static func snippets(_ remedy: String) -> [String] {
    remedy.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }

  private static func write(
    _ arrays: (images: NumericArray, labels: NumericArray), _ folder: TemporaryFolder, _ name: String
  ) throws -> String {
    try folder.write(NPZ.encoded([("images", arrays.images), ("labels", arrays.labels)]), to: name)
  }

  private static func check(_ path: String, _ conversion: Conversion) throws {
    let dataset = try catalog.load(path, classCount: classCount)
    #expect(dataset.pixels(at: 0) == conversion.pixels, "\(conversion)")
    #expect(dataset.labels == conversion.classes, "\(conversion)")
  }

  @Test(arguments: Conversion.all)
  func printsWhatConverts(conversion: Conversion) throws {
    let folder = try TemporaryFolder()
    let path = try Self.write((conversion.images, conversion.labels), folder, "given.npz")
    let error = try #require(throws: InputError.self) { try Self.catalog.load(path, classCount: Self.classCount) }
    #expect(error.kind == .dataset && error.subject == path)
    #expect(Self.snippets(error.remedy).contains(conversion.python), "\(error)")
    try Self.check(Self.write(conversion.converted, folder, "converted.npz"), conversion)
  }

  private static let hasNumPy: Bool = (try? run(["-c", "import numpy"])) == 0

  private static func run(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test("Python does what the remedy says", .enabled(if: hasNumPy))
  func python() throws {
    let folder = try TemporaryFolder()
    var script = "import numpy\n"
    for (index, conversion) in Conversion.all.enumerated() {
      let path = try Self.write((conversion.images, conversion.labels), folder, "\(index).npz")
      let error = try #require(throws: InputError.self) { try Self.catalog.load(path, classCount: Self.classCount) }
      let python = try #require(Self.snippets(error.remedy).first { $0 == conversion.python })
      script += """
        f = numpy.load("\(path)")
        x, y = f["images"], f["labels"]
        \(conversion.known)
        \(python)
        numpy.savez_compressed("\(path)", images=x, labels=y)

        """
    }
    #expect(try Self.run([folder.write(Data(script.utf8), to: "convert.py")]) == 0)
    for (index, conversion) in Conversion.all.enumerated() { try Self.check(folder("\(index).npz"), conversion) }
  }

  /// Half precision, either byte order and Fortran's order need no remedy.
  @Test(arguments: ["float16", ">f4", "fortran"])
  func readsAsTheyAre(form: String) throws {
    let folder = try TemporaryFolder()
    let levels = Conversion.levels
    let (descr, order, bytes): (String, String, Data) =
      switch form {
      case "float16":
        // Bits of k/255 in half precision: the nearest of 65,536.
        ("<f2", "False", Data(levels.flatMap { Self.half(Double($0) / 255) }))
      case ">f4":
        (">f4", "False", levels.map { (Float($0) / 255).bitPattern.bigEndian }.withUnsafeBytes { Data($0) })
      default:
        ("|u1", "True", Self.columnMajor(levels))
      }
    var header = "{'descr': '\(descr)', 'fortran_order': \(order), 'shape': (2, 4, 4), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    let file = Data(hex: "93 4e554d5059 0100 7600") + Data(header.utf8) + bytes
    try folder.write(file, to: "images.npy")
    try folder.write(NPY.encoded(Conversion.sound), to: "labels.npy")
    let dataset = try Self.catalog.load(folder("images.npy"))
    #expect(dataset.pixels(at: 0) == Conversion.first && dataset.pixels(at: 1) == Array(levels.suffix(16)))
    let plain = try Self.write((NumericArray(levels, shape: Conversion.shape), Conversion.sound), folder, "plain.npz")
    #expect(try Self.catalog.load(plain).sha256 == dataset.sha256)
  }

  /// Index (image, row, column) of 2×4×4 is element image + 2 · row + 8 · column.
  private static func columnMajor(_ levels: [UInt8]) -> Data {
    var data = Data(count: 32)
    for (index, level) in levels.enumerated() {
      let (image, row, column) = (index / 16, index / 4 % 4, index % 4)
      data[image + 2 * row + 8 * column] = level
    }
    return data
  }

  /// The half-precision number nearest to `value` in [0, 1], by search.
  private static func half(_ value: Double) -> [UInt8] {
    func number(_ bits: Int) -> Double {
      let (exponent, fraction) = (bits >> 10, Double(bits & 1023) / 1024)
      return exponent == 0
        ? fraction * 0x1p-14 : (1 + fraction) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
    }
    let bits = (0...0x3C00).min { abs(number($0) - value) < abs(number($1) - value) }!
    return [UInt8(bits & 255), UInt8(bits >> 8)]
  }
}
