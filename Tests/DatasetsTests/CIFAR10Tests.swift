import Datasets
import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct CIFAR10Tests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A record by the description of the format: the label, then the planes, each of one level.
  private static func record(_ label: UInt8, red: UInt8, green: UInt8, blue: UInt8) -> Data {
    Data([label]) + Data(repeating: red, count: 1024) + Data(repeating: green, count: 1024)
      + Data(repeating: blue, count: 1024)
  }

  /// An official batch of 10,000 records that begins with `first`; all others are black and of class 9.
  private static func batch(_ first: Data) -> Data {
    let black = record(9, red: 0, green: 0, blue: 0)
    var file = Data(capacity: 30_730_000)
    file.append(first)
    for _ in 1..<10_000 { file.append(black) }
    return file
  }

  @Test func readsAndWritesHandMadeRecords() throws {
    let file = Self.record(9, red: 1, green: 2, blue: 3) + Self.record(0, red: 253, green: 254, blue: 255)
    for data in [file, try compressZstd(file)] {
      let batch = try CIFARBatch.read(folder.write(data, to: "batch.bin"), count: 2)
      #expect(batch.labels == [9, 0] && batch.pixels.count == 6144)
      let places = [0, 1023, 1024, 2048, 3071, 3072, 5000, 6143]
      #expect(places.map { batch.pixels[$0] } == [1, 1, 2, 3, 3, 253, 254, 255])
      #expect(CIFARBatch.encoded(labels: batch.labels, pixels: batch.pixels) == file)
    }
  }

  @Test func refusesOtherSizesAndLabels() throws {
    let file = Self.record(9, red: 1, green: 2, blue: 3)
    for (data, reason) in [
      (Data(), "holds 0 bytes, and 1 records of 3073 bytes are 3073"), (file.dropLast(), "holds 3072 bytes"),
      (file + Data([0]), "more than 3073 bytes"), (file + file, "more than 3073 bytes"),
      (Self.record(10, red: 0, green: 0, blue: 0), "label 0 is 10, and the classes are 0 to 9"),
    ] {
      for packed in [Data(data), try compressZstd(Data(data))] {
        let path = try folder.write(packed, to: "batch.bin")
        let error = #expect(throws: InputError.self) { try CIFARBatch.read(path, count: 1) }
        #expect(error?.kind == .dataset && error?.subject == path)
        #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
      }
    }
  }

  @Test func theTrainingSplitIsTheFiveBatchesInOrder() throws {
    let catalog = DatasetCatalog(data: folder.path, environment: [:], system: [])
    let files = (1...5).map { Self.batch(Self.record(UInt8($0), red: UInt8($0), green: 7, blue: 8)) }
    for (index, file) in files.enumerated() {
      try folder.write(compressZstd(file, level: 1), to: "cifar-10-batches-bin/data_batch_\(index + 1).bin.zst")
    }
    let training = try catalog.load("cifar-10", split: .train)
    #expect(training.count == 50_000 && training.shape == [3, 32, 32])
    #expect((0..<5).map { training.labels[$0 * 10_000] } == [1, 2, 3, 4, 5] && training.labels[10_001] == 9)
    #expect((0..<5).map { training.pixels(at: $0 * 10_000)[0] } == [1, 2, 3, 4, 5])
    #expect(training.pixels(at: 20_000)[1024] == 7 && training.pixels(at: 20_000)[3071] == 8)
    #expect(training.classNames[1] == "automobile" && training.classNames[9] == "truck")
    #expect(training.sha256 == Checksum.sha256(of: files[0], files[1], files[2], files[3], files[4]))
    #expect(throws: InputError.self) { try catalog.load("cifar-10") }

    try FileManager.default.removeItem(atPath: folder("cifar-10-batches-bin/data_batch_4.bin.zst"))
    let error = #expect(throws: InputError.self) { try catalog.load("cifar-10", split: .train) }
    #expect(error?.problem.contains("but no data_batch_4.bin") == true)
  }

  @Test func theTestSplitIsFoundInAFolderOfAnyName() throws {
    let file = Self.batch(Self.record(3, red: 1, green: 2, blue: 3))
    try folder.write(compressZstd(file, level: 1), to: "pictures/test_batch.bin.zst")
    let entries = DatasetCatalog(data: folder("pictures"), environment: [:], system: []).list()
    let entry = try #require(entries.first { $0.name == "cifar-10" && $0.split == .test })
    let contents = try entry.contents.get()
    #expect(contents.count == 10_000 && contents.sha256 == Checksum.sha256(of: file))
    #expect(entries.allSatisfy { $0.name != "?" })

    try folder.write(file.dropLast(3073), to: "pictures/test_batch.bin")
    let catalog = DatasetCatalog(data: folder("pictures"), environment: [:], system: [])
    let error = #expect(throws: InputError.self) { try catalog.load("cifar-10") }
    #expect(error?.problem == "holds 30726927 bytes, and 10000 records of 3073 bytes are 30730000")
  }
}
