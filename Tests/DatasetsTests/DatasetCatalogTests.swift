import Datasets
import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct DatasetCatalogTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func catalog(data: String? = nil, _ environment: [String: String] = [:]) -> DatasetCatalog {
    DatasetCatalog(data: data, environment: environment, system: [folder("system")])
  }

  /// Writes the hand-made images and labels as the split whose files begin with `prefix`.
  private func install(
    _ prefix: String = "t10k", in place: String, separator: String = "-", suffix: String = "",
    pack: (Data) throws -> Data = { $0 }
  ) throws {
    try folder.write(pack(IDXReaderTests.images), to: "\(place)/\(prefix)-images\(separator)idx3-ubyte\(suffix)")
    try folder.write(pack(IDXReaderTests.labels), to: "\(place)/\(prefix)-labels\(separator)idx1-ubyte\(suffix)")
  }

  @Test func theShippedSubsetIsBalancedAndCarriesItsIds() throws {
    let dataset = try DatasetCatalog().load()
    #expect(dataset.name == "fashion-mnist-1000" && dataset.count == 1000 && dataset.shape == [1, 28, 28])
    for label in 0..<10 { #expect(dataset.labels.count { $0 == label } == 100) }
    #expect(dataset.ids == dataset.ids.sorted() && Set(dataset.ids).count == 1000)
    // The test set begins with the labels 9 2 1 1 6 1 4 6 5 7, and the subset with the same images.
    #expect(Array(dataset.labels.prefix(10)) == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7])
    #expect(Array(dataset.ids.prefix(10)) == Array(0..<10))
    // By `zstdcat fashion-mnist-1000-images* fashion-mnist-1000-labels* | sha256sum`.
    #expect(dataset.sha256 == "e93269d52e330f48d9160e2a2f46f5271f99249250cfcda18f655810495910c6")
    #expect(dataset.first(10).labels == Array(0..<10))
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist"),
      "dataset-fashion-mnist is not installed"))
  func theShippedSubsetIsPartOfTheTestSet() throws {
    let whole = try DatasetCatalog(environment: [:]).load("fashion-mnist")
    let subset = try DatasetCatalog().load()
    // By `zcat t10k-images-idx3-ubyte.gz t10k-labels-idx1-ubyte.gz | sha256sum`.
    #expect(whole.sha256 == "30214f3fe91405cb8ea60b11ecf0914a65dd6a6ca8e13c13a62eb434f2d9fe56")
    #expect(whole.count == 10_000)
    for (position, id) in subset.ids.enumerated() {
      #expect(subset.labels[position] == whole.labels[id])
      #expect(subset.pixels(at: position) == whole.pixels(at: id))
    }
  }

  @Test(arguments: [
    "mnist", "MNIST/raw", "mnist/raw", "MNIST",
  ])
  func findsFoldersByName(place: String) throws {
    try install(in: "root/\(place)")
    try install("train", in: "root/\(place)")
    for split in Dataset.Split.allCases {
      #expect(try catalog(data: folder("root")).load("mnist", split: split).labels == [3, 9])
      #expect(try catalog(["ROBUST_DATA": "/none:\(folder("root"))"]).load("mnist", split: split).count == 2)
      #expect(try catalog(["ROBUST_DATA": folder("root/\(place)")]).load("mnist", split: split).count == 2)
    }
    #expect(throws: InputError.self) { try catalog(data: folder("root")).load("fashion-mnist") }
  }

  @Test(arguments: ["-", "."], ["", ".zst"])
  func findsTheUsualFileNames(separator: String, suffix: String) throws {
    try install(in: "mnist", separator: separator, suffix: suffix) {
      suffix.isEmpty ? $0 : try compressZstd($0)
    }
    let dataset = try catalog(data: folder.path).load("mnist")
    #expect(dataset.pixels(at: 1) == [250, 251, 252, 253, 254, 255] && dataset.ids == [0, 1])
  }

  @Test func argumentThenEnvironmentThenSystem() throws {
    for place in ["argument", "variable", "system"] { try install(in: "\(place)/mnist") }
    func path(_ catalog: DatasetCatalog) -> String? {
      catalog.list().first { $0.name == "mnist" && $0.split == .test }?.path
    }
    let variable = ["ROBUST_DATA": folder("variable")]
    #expect(path(catalog(data: folder("argument"), variable)) == folder("argument/mnist/t10k-images-idx3-ubyte"))
    #expect(path(catalog(variable)) == folder("variable/mnist/t10k-images-idx3-ubyte"))
    #expect(path(catalog()) == folder("system/mnist/t10k-images-idx3-ubyte"))
  }

  @Test func aFolderOfAnotherNameCountsOnlyIfTheUserPairsIt() throws {
    try install(in: "digits")
    #expect(try catalog(data: folder("digits")).load("mnist").count == 2)
    #expect(throws: InputError.self) { try catalog(["ROBUST_DATA": folder("digits")]).load("mnist") }
    let entry = try #require(catalog(data: folder("digits")).list().first { $0.name == "?" })
    guard case .failure(let error) = entry.contents else { return #expect(Bool(false), "ambiguous files were read") }
    #expect(error.problem.contains("fashion-mnist or mnist"))
  }

  @Test func aFolderNamedForOneDataSetIsNotTheOther() throws {
    try install(in: "fashion-mnist")
    let named = catalog(["ROBUST_DATA": folder("fashion-mnist")])
    #expect(try named.load("fashion-mnist").count == 2)
    #expect(throws: InputError.self) { try named.load("mnist") }
  }

  @Test func unknownNamesListTheKnownOnes() {
    let error = #expect(throws: InputError.self) { try catalog().load("fashon-mnist") }
    #expect(error?.kind == .dataset && error?.remedy.contains("did you mean fashion-mnist") == true)
    #expect(DatasetCatalog.names.allSatisfy { error?.remedy.contains($0) == true })
  }

  @Test func theSubsetHasNoTrainingSplit() {
    let error = #expect(throws: InputError.self) { try catalog().load("fashion-mnist-1000", split: .train) }
    #expect(error?.kind == .dataset)
  }

  @Test func countsMustAgree() throws {
    try install(in: "mnist")
    try folder.write(Data(hex: "00000801 00000001 03"), to: "mnist/t10k-labels-idx1-ubyte")
    let error = #expect(throws: InputError.self) { try catalog(data: folder.path).load("mnist") }
    #expect(error?.kind == .dataset && error?.problem.contains("1 labels for the 2 images") == true)
  }

  @Test func imagesWithoutLabels() throws {
    try folder.write(IDXReaderTests.images, to: "mnist/t10k-images-idx3-ubyte")
    let error = #expect(throws: InputError.self) { try catalog(data: folder.path).load("mnist") }
    #expect(error?.problem.contains("no t10k-labels-idx1-ubyte") == true)
  }

  @Test func theListSaysWhatIsThereAndWhatIsWrong() throws {
    try install(in: "mnist")
    try folder.write(IDXReaderTests.images.dropLast(), to: "mnist/train-images-idx3-ubyte")
    try folder.write(IDXReaderTests.labels, to: "mnist/train-labels-idx1-ubyte")
    let entries = catalog(data: folder.path).list()
    #expect(
      entries.map { "\($0.name) \($0.split)" } == [
        "fashion-mnist-1000 test", "fashion-mnist train", "fashion-mnist test", "mnist train", "mnist test",
        "smallnorb train", "smallnorb test", "smallnorb-48 train", "smallnorb-48 test",
        "toynorb train", "toynorb test", "toynorb-48 train", "toynorb-48 test", "norb train", "norb test",
        "cifar-10 train", "cifar-10 test", "cifar-100 train", "cifar-100 test",
      ])
    let problems = entries.map { entry in
      if case .failure(let error) = entry.contents { error.problem } else { "" }
    }
    #expect(problems[0].isEmpty && problems[4].isEmpty)
    #expect(problems[1].contains("not found") && problems[3].contains("holds 27 bytes"))
    let contents = try entries[4].contents.get()
    #expect(contents.count == 2 && contents.shape == [1, 2, 3])
    #expect(contents.sha256 == Checksum.sha256(of: IDXReaderTests.images + IDXReaderTests.labels))
  }
}
