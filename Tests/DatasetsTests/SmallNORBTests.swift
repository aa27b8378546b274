import Arrays
import Datasets
import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// smallNORB under its official names: two splits of three stereo pairs of 1×2 pixels, written by hand.
@Suite struct SmallNORBTests {
  static let training = "smallnorb-5x46789x9x18x6x2x96x96-training"
  static let testing = "smallnorb-5x01235x9x18x6x2x96x96-testing"
  /// Three pairs, left image before right.
  static let pairs = Data(
    hex: "554c3d1e 04000000 03000000 02000000 01000000 02000000 01020304 05060708 090a0bff")
  /// Car, animal, car.
  static let classes = Data(hex: "544c3d1e 01000000 03000000 01000000 01000000 04000000 00000000 04000000")

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A matrix of rows of instance, elevation, azimuth and lighting.
  private static func viewpoints(_ rows: [[Int32]]) -> Data {
    let bytes = rows.joined().map(\.littleEndian).withUnsafeBytes { Data($0) }
    return NORBMatrix.encoded(NumericArray(.int32, shape: [rows.count, 4], bytes: bytes))
  }

  private func install(
    _ stem: String, in place: String, suffix: String = "", pairs: Data = pairs, classes: Data = classes,
    viewpoints: [[Int32]]
  ) throws {
    for (name, file) in [("dat", pairs), ("cat", classes), ("info", Self.viewpoints(viewpoints))] {
      try folder.write(suffix.isEmpty ? file : compressZstd(file), to: "\(place)/\(stem)-\(name).mat\(suffix)")
    }
  }

  private func load(_ split: Dataset.Split = .test, from place: String = "") throws -> Dataset {
    try DatasetCatalog(data: folder(place), environment: [:], system: []).load("smallnorb", split: split)
  }

  @Test("Images, classes and viewpoints stay together", arguments: ["smallnorb", "smallNORB/raw", "."], ["", ".zst"])
  func reads(place: String, suffix: String) throws {
    try install(Self.testing, in: place, suffix: suffix, viewpoints: [[0, 8, 34, 5], [5, 0, 0, 0], [3, 1, 2, 4]])
    try install(Self.training, in: place, suffix: suffix, viewpoints: [[4, 0, 6, 1], [9, 2, 28, 3], [8, 8, 4, 0]])
    let test = try load()
    #expect(test.shape == [2, 1, 2] && test.labels == [4, 0, 4] && test.ids == [0, 1, 2])
    #expect(test.classNames == ["animal", "human", "airplane", "truck", "car"])
    #expect(test.pixels(at: 0) == [1, 2, 3, 4] && test.pixels(at: 2) == [9, 10, 11, 255])
    #expect(
      test.viewpoints == [
        Viewpoint(instance: 0, elevation: 8, azimuth: 34, lighting: 5),
        Viewpoint(instance: 5, elevation: 0, azimuth: 0, lighting: 0),
        Viewpoint(instance: 3, elevation: 1, azimuth: 2, lighting: 4),
      ])
    let info = Data(
      hex: """
        544c3d1e 02000000 03000000 04000000 01000000 00000000 08000000 22000000 05000000 05000000 00000000 00000000
        00000000 03000000 01000000 02000000 04000000
        """)
    #expect(test.sha256 == Checksum.sha256(of: Self.pairs + Self.classes + info))
    #expect(try load(.train).viewpoints?.map(\.instance) == [4, 9, 8])
  }

  @Test func aSubsetKeepsTheViewpointsOfItsImages() throws {
    try install(Self.training, in: "smallnorb", viewpoints: [[4, 0, 6, 1], [9, 2, 28, 3], [8, 8, 4, 0]])
    let training = try load(.train)
    let novel = training.labels.indices.filter { (6...28).contains(training.viewpoints![$0].azimuth) }
    let subset = training.subset(at: novel.reversed())
    #expect(subset.ids == [1, 0] && subset.viewpoints?.map(\.azimuth) == [28, 6])
    #expect(training.subset(at: [2]).viewpoints?.map(\.elevation) == [8])
    #expect(try DatasetCatalog().load().viewpoints == nil)
  }

  /// What is written is, byte for byte, what was written by hand, and is read as the same data set.
  @Test(arguments: Compression.allCases)
  func writesWholeSplits(compression: Compression) throws {
    try install(Self.testing, in: "smallnorb", viewpoints: [[0, 8, 34, 5], [5, 0, 0, 0], [3, 1, 2, 4]])
    try install(Self.training, in: "smallnorb", viewpoints: [[4, 0, 6, 1], [9, 2, 28, 3], [8, 8, 4, 0]])
    for split in Dataset.Split.allCases {
      let original = try load(split, from: "smallnorb")
      let paths = try SmallNORBFiles.write(original, to: folder("copy/smallnorb"), compression: compression)
      let stem = split == .test ? Self.testing : Self.training
      #expect(
        paths == ["dat", "cat", "info"].map { folder("copy/smallnorb/\(stem)-\($0).mat\(compression.suffix)") })
      for path in paths {
        let name = PathParts.name(path).dropLast(compression.suffix.count)
        #expect(try FileReader.contents(of: path) == FileReader.contents(of: folder("smallnorb/\(name)")))
      }
      let copy = try load(split, from: "copy")
      #expect(copy.sha256 == original.sha256 && copy.viewpoints == original.viewpoints)
      #expect(copy.labels == original.labels && copy.pixels(at: 2) == original.pixels(at: 2))
    }
  }

  @Test func aFolderThatCanNotBeMadeIsAnInputError() throws {
    try install(Self.testing, in: "smallnorb", viewpoints: [[0, 8, 34, 5], [5, 0, 0, 0], [3, 1, 2, 4]])
    let dataset = try load()
    try folder.write(Data(), to: "file")
    let error = #expect(throws: InputError.self) { try SmallNORBFiles.write(dataset, to: folder("file/folder")) }
    #expect(error?.kind == .output && error?.subject == folder("file/folder"))
  }

  /// Means of 0 0 1 1 (a half), 1 2 3 4 (2½), 10 0 0 0 (2½) and 255 255 255 254, for the left image; the right one has
  /// the same squares the other way round.
  @Test func downsampledImagesAreMeansRoundedHalfUp() throws {
    let pairs = Data(
      hex: """
        554c3d1e 04000000 01000000 02000000 04000000 04000000
        0000 0102 0101 0304 0a00 ffff 0000 fffe
        ffff 0a00 fffe 0000 0102 0000 0304 0101
        """)
    let classes = Data(hex: "544c3d1e 01000000 01000000 01000000 01000000 02000000")
    try install(Self.testing, in: "smallnorb", pairs: pairs, classes: classes, viewpoints: [[1, 2, 4, 3]])
    let catalog = DatasetCatalog(data: folder.path, environment: [:], system: [])
    let whole = try catalog.load("smallnorb")
    let half = try catalog.load("smallnorb-48")
    #expect(half.shape == [2, 2, 2] && half.pixels(at: 0) == [1, 3, 3, 255, 255, 3, 3, 1])
    #expect(half.name == "smallnorb-48" && half.labels == [2] && half.ids == [0])
    #expect(half.viewpoints == whole.viewpoints && half.viewpoints != nil && half.sha256 == whole.sha256)
    #expect(half.attribution == whole.attribution + "; downsampled by means of 2×2 pixels")
    #expect(whole.downsampled(by: 4).pixels(at: 0) == [65, 65])
    let entries = catalog.list().filter { $0.name.hasPrefix("smallnorb") && $0.split == .test }
    #expect(try entries.map { try $0.contents.get().shape } == [[2, 4, 4], [2, 2, 2]])
    #expect(try entries[1].contents.get().sha256 == half.sha256 && entries[1].path == entries[0].path)
  }

  @Test func oddSidesAreNotDownsampled() throws {
    try install(Self.testing, in: "smallnorb", viewpoints: [[0, 8, 34, 5], [5, 0, 0, 0], [3, 1, 2, 4]])
    let catalog = DatasetCatalog(data: folder.path, environment: [:], system: [])
    let error = #expect(throws: InputError.self) { try catalog.load("smallnorb-48") }
    #expect(error?.kind == .dataset && error?.problem.contains("images of 2×1×2") == true)
  }

  @Test(
    "Impossible files are refused",
    arguments: [
      // A class too few; class 5; bytes instead of integers.
      ("-cat.mat", "544c3d1e 01000000 02000000 01000000 01000000 04000000 00000000", "int32 of shape [2], not"),
      ("-cat.mat", "544c3d1e 01000000 03000000 01000000 01000000 00000000 05000000 00000000", "class 1 is 5"),
      ("-cat.mat", "544c3d1e 01000000 03000000 01000000 01000000 00000000 00000000 ffffffff", "class 2 is -1"),
      ("-cat.mat", "554c3d1e 01000000 03000000 01000000 01000000 000102", "uint8 of shape [3], not int32"),
      // One eye; integers; a file cut short.
      ("-dat.mat", "554c3d1e 04000000 03000000 01000000 01000000 01000000 010203", "not uint8 of shape [count, 2"),
      ("-dat.mat", "544c3d1e 01000000 01000000 01000000 01000000 00000000", "int32 of shape [1], not uint8"),
      ("-dat.mat", "554c3d1e 04000000 03000000 02000000 01000000 02000000 0102", "holds 26 bytes"),
      // Ten fields, as NORB has.
      ("-info.mat", "544c3d1e 02000000 01000000 01000000 01000000 00000000", "not int32 of shape [3, 4]"),
    ])
  func refuses(file: String, hex: String, because reason: String) throws {
    try install(Self.testing, in: "smallnorb", viewpoints: [[0, 0, 0, 0], [1, 0, 0, 0], [2, 0, 0, 0]])
    #expect(try load().count == 3)
    let path = try folder.write(Data(hex: hex), to: "smallnorb/\(Self.testing)\(file)")
    let error = #expect(throws: InputError.self) { try load() }
    #expect(error?.kind == .dataset && error?.subject.hasSuffix("smallnorb/\(Self.testing)\(file)") == true, "\(path)")
    #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
  }

  @Test(
    "Viewpoints that are not of the split, or of no image, are refused",
    arguments: [
      ([4, 0, 0, 0] as [Int32], "row 1 is of instance 4, and the test split has the instances 0, 1, 2, 3, 5"),
      ([10, 0, 0, 0], "instance 10"), ([-1, 0, 0, 0], "instance -1"), ([0, 9, 0, 0], "elevation 9"),
      ([0, 0, 3, 0], "azimuth 3"), ([0, 0, 36, 0], "azimuth 36"), ([0, 0, 0, 6], "row 1 says lighting 6"),
    ])
  func refusesViewpoints(row: [Int32], because reason: String) throws {
    try install(Self.testing, in: "smallnorb", viewpoints: [[0, 0, 0, 0], row, [2, 0, 0, 0]])
    let error = #expect(throws: InputError.self) { try load() }
    #expect(error?.kind == .dataset && error?.subject.hasSuffix("-info.mat") == true)
    #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
  }

  @Test func aMissingFileIsNamed() throws {
    try install(Self.testing, in: "smallnorb", viewpoints: [[0, 0, 0, 0], [1, 0, 0, 0], [2, 0, 0, 0]])
    try FileManager.default.removeItem(atPath: folder("smallnorb/\(Self.testing)-info.mat"))
    let error = #expect(throws: InputError.self) { try load() }
    #expect(error?.problem.contains("but no \(Self.testing)-info.mat") == true)
    let other = #expect(throws: InputError.self) { try load(.train) }
    #expect(other?.problem.contains("train images are in none of") == true)
  }
}
