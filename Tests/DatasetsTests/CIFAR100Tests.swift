import Datasets
import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct CIFAR100Tests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A record by the description of the format: superclass, class, then the planes, each of one level.
  private static func record(_ superclass: UInt8, _ label: UInt8, _ planes: [UInt8] = [0, 0, 0]) -> Data {
    planes.reduce(Data([superclass, label])) { $0 + Data(repeating: $1, count: 1024) }
  }

  /// An official file of 10,000 records that begins with `first`.
  private static func file(_ first: Data) -> Data {
    let black = record(19, 0)
    var file = first
    for _ in 1..<10_000 { file.append(black) }
    return file
  }

  @Test func readsTheClassesAndTheirNames() throws {
    let file = Self.file(Self.record(4, 99, [1, 2, 3]))
    try folder.write(compressZstd(file, level: 1), to: "cifar-100-binary/test.bin.zst")
    let catalog = DatasetCatalog(data: folder.path, environment: [:], system: [])
    let images = try catalog.load("cifar-100")
    #expect(images.shape == [3, 32, 32] && images.count == 10_000 && images.classCount == 100)
    #expect(images.labels.prefix(2) == [99, 0] && images.sha256 == Checksum.sha256(of: file))
    #expect(
      [0, 1024, 2048].map { images.pixels(at: 0)[$0] } == [1, 2, 3] && images.pixels(at: 1).allSatisfy { $0 == 0 })
    #expect(images.classNames[99] == "worm" && images.classNames[50] == "mouse" && Set(images.classNames).count == 100)
    #expect(images.classNames == images.classNames.sorted())
    let names = (0..<100).map { "class \($0)" }
    try folder.write(Data((names.joined(separator: "\n") + "\n\n").utf8), to: "cifar-100-binary/fine_label_names.txt")
    #expect(try catalog.load("cifar100").classNames == names)
    try folder.write(Data("apple\n".utf8), to: "cifar-100-binary/fine_label_names.txt")
    #expect(throws: InputError.self) { try catalog.load("cifar-100") }
  }

  @Test func refusesOtherFiles() throws {
    let catalog = DatasetCatalog(data: folder.path, environment: [:], system: [])
    for (file, reason) in [(Self.record(0, 0), "3074"), (Self.file(Self.record(0, 100)), "label 0 is 100")] {
      try folder.write(file, to: "cifar-100/test.bin")
      let error = #expect(throws: InputError.self) { try catalog.load("cifar-100") }
      #expect(error?.kind == .dataset && error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
    }
  }
}
