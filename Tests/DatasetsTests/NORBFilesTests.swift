import Arrays
import Datasets
import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// The larger NORB under its official names: parts of pairs of 1×1 pixels, written by hand.
@Suite struct NORBFilesTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static func stem(_ split: Dataset.Split, _ part: Int) -> String {
    let toys = split == .train ? "46789" : "01235"
    return "norb-5x\(toys)x9x18x6x2x108x108-\(split == .train ? "training" : "testing")-\(part < 10 ? "0" : "")\(part)"
  }

  /// Part `part`: a car and a blank pair, whose pixels tell the part.
  private func install(_ split: Dataset.Split = .test, part: Int, suffix: String = "", info: String? = nil) throws {
    let digit = String(part, radix: 16)
    let files = [
      "dat": "554c3d1e 04000000 02000000 02000000 01000000 01000000 0\(digit)02 0\(digit)04",
      "cat": "544c3d1e 01000000 02000000 01000000 01000000 04000000 05000000",
      "info": info ?? """
        544c3d1e 02000000 02000000 0a000000 01000000
        0\(split == .train ? 4 : 3)000000 08000000 22000000 05000000
        faffffff 06000000 ecffffff 01000000 00000000 fbffffff
        ffffffff ffffffff ffffffff ffffffff 00000000 00000000 00000000 00000000 00000000 00000000
        """,
    ]
    for (kind, hex) in files {
      try AtomicFile.replaceCompressed(folder("\(Self.stem(split, part))-\(kind).mat\(suffix)")) {
        try $0.write(Data(hex: hex))
      }
    }
  }

  private func load(_ split: Dataset.Split = .test) throws -> Dataset {
    try DatasetCatalog(data: folder.path, environment: [:], system: []).load("norb", split: split)
  }

  @Test(arguments: ["", ".gz", ".zst"])
  func partsFollowOneAnother(suffix: String) throws {
    for part in 1...10 { try install(.train, part: part, suffix: suffix) }
    for part in 1...2 { try install(part: part, suffix: suffix) }
    let training = try load(.train)
    #expect(training.count == 20 && training.shape == [2, 1, 1] && training.ids == Array(0..<20))
    #expect(training.labels == (0..<20).map { $0 % 2 == 0 ? 4 : 5 } && training.classNames[5] == "blank")
    for part in 1...10 {
      #expect(training.pixels(at: 2 * part - 2) == [UInt8(part), 2])
      #expect(training.pixels(at: 2 * part - 1) == [UInt8(part), 4])
    }
    #expect(training.viewpoints?[18] == Viewpoint(instance: 4, elevation: 8, azimuth: 34, lighting: 5))
    #expect(training.viewpoints?[19].instance == -1)
    let test = try load()
    #expect(test.count == 4 && test.viewpoints?[0].instance == 3)
    let files = try [1, 2].flatMap { part in
      try ["dat", "cat", "info"].map {
        try FileReader.contents(of: folder("\(Self.stem(.test, part))-\($0).mat\(suffix)"))
      }
    }
    #expect(test.sha256 == Checksum.sha256(of: files.reduce(Data(), +)))
  }

  @Test func fewerPartsAreEnoughButWithoutAGap() throws {
    try install(.train, part: 1)
    #expect(try load(.train).count == 2)
    try install(.train, part: 2)
    #expect(try load(.train).count == 4)
    try install(.train, part: 5)
    let error = #expect(throws: InputError.self) { try load(.train) }
    #expect(error?.problem.contains("part 5 of the train split but not part 3") == true)
    let none = #expect(throws: InputError.self) { try load(.test) }
    #expect(none?.kind == .dataset && none?.problem.contains("in none of") == true)
  }

  /// The further fields may be floating point numbers: 3, 1, 2, 0, and six times ½.
  @Test func fractionsAmongTheFurtherFields() throws {
    let row = "00004040 0000803f 00000040 00000000" + String(repeating: " 0000003f", count: 6)
    let blank = "0000c07f 000080bf 000080bf 000080bf" + String(repeating: " 00000000", count: 6)
    try install(part: 1, info: "514c3d1e 02000000 02000000 0a000000 01000000 \(row) \(blank)")
    #expect(try load().viewpoints?[0] == Viewpoint(instance: 3, elevation: 1, azimuth: 2, lighting: 0))
    try install(part: 1, info: "514c3d1e 02000000 02000000 0a000000 01000000 \(blank) \(row)")
    let error = #expect(throws: InputError.self) { try load() }
    #expect(error?.problem.contains("row 0 says instance -1") == true)
  }

  @Test(arguments: [
    // Four fields, as smallNORB has; a toy of the other split; an azimuth between two codes.
    (
      "544c3d1e 02000000 02000000 04000000 01000000" + String(repeating: " 00000000", count: 8),
      "not int32 of shape [2, 10]"
    ),
    (
      "544c3d1e 02000000 02000000 0a000000 01000000 04000000" + String(repeating: " 00000000", count: 19),
      "row 0 is of instance 4"
    ),
    (
      "544c3d1e 02000000 02000000 0a000000 01000000 00000000 00000000 03000000"
        + String(repeating: " 00000000", count: 17), "row 0 says azimuth 3"
    ),
  ])
  func impossibleViewpoints(info: String, because reason: String) throws {
    try install(part: 1)
    try install(part: 2, info: info)
    let error = #expect(throws: InputError.self) { try load() }
    #expect(error?.kind == .dataset && error?.subject == folder("\(Self.stem(.test, 2))-info.mat"))
    #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
  }

  @Test func partsOfOtherSizesAreRefused() throws {
    try install(part: 1)
    try install(part: 2)
    try folder.write(
      Data(hex: "554c3d1e 04000000 02000000 02000000 01000000 02000000 0102030405060708"),
      to: "\(Self.stem(.test, 2))-dat.mat")
    let error = #expect(throws: InputError.self) { try load() }
    #expect(error?.problem.contains("pairs of 2×1×2, and the first part pairs of 2×1×1") == true)
  }
}
