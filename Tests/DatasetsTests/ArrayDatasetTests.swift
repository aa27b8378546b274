import Arrays
import Datasets
import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct ArrayDatasetTests {
  let folder: TemporaryFolder
  let catalog = DatasetCatalog(environment: [:], system: [])

  init() throws { folder = try TemporaryFolder() }

  static let bytes: [UInt8] = Array(0..<24)
  static let labels = NumericArray([2, 0])

  private func npz(_ arrays: (String, NumericArray)...) throws -> String {
    try folder.write(NPZ.encoded(arrays.map { ($0.0, $0.1) }), to: "data.npz")
  }

  @Test("Images of every layout become channels, rows, columns")
  func layouts() throws {
    // Two images of 2×2 pixels in 3 channels: the pixel at (c, r, k) of image i is 12 i + 4 c + 2 r + k.
    let planar = NumericArray(Self.bytes, shape: [2, 3, 2, 2])
    var mixed: [UInt8] = []
    for image in 0..<2 {
      for pixel in 0..<20 {
        for channel in 0..<3 { mixed.append(UInt8(60 * image + 20 * channel + pixel)) }
      }
    }
    let interleaved = NumericArray(mixed, shape: [2, 5, 4, 3])
    let first = try catalog.load(npz(("images", planar), ("labels", Self.labels)))
    #expect(first.shape == [3, 2, 2] && first.pixels(at: 1) == Array(12..<24) && first.labels == [2, 0])
    #expect(first.classCount == 3 && first.ids == [0, 1] && first.split == .test)
    let second = try catalog.load(npz(("images", interleaved), ("labels", Self.labels)))
    #expect(second.shape == [3, 5, 4])
    #expect(second.pixels(at: 0) == Array(0..<60) && second.pixels(at: 1) == Array(60..<120))
    let grey = NumericArray(Self.bytes, shape: [2, 3, 4])
    #expect(try catalog.load(npz(("images", grey), ("labels", Self.labels))).shape == [1, 3, 4])
  }

  @Test("Floating point pixels are taken for the levels that they are")
  func floats() throws {
    let floats = NumericArray(Self.bytes.map { Float($0) / 255 }, shape: [2, 3, 4])
    #expect(try catalog.load(npz(("images", floats), ("labels", Self.labels))).pixels(at: 1) == Array(12..<24))
  }

  @Test("Names of Keras and MedMNIST are known, with their splits and columns of labels")
  func names() throws {
    let (train, test) = (
      NumericArray(Self.bytes, shape: [2, 3, 4]), NumericArray(Self.bytes.reversed(), shape: [2, 3, 4])
    )
    let column = NumericArray([1, 0], shape: [2, 1])
    for names in [
      ("x_train", "y_train", "x_test", "y_test"), ("train_images", "train_labels", "test_images", "test_labels"),
    ] {
      let path = try npz((names.0, train), (names.1, Self.labels), (names.2, test), (names.3, column))
      #expect(try catalog.load(path, split: .train).pixels(at: 0) == Array(0..<12))
      #expect(try catalog.load(path, split: .test).labels == [1, 0])
    }
    let path = try npz(("images", train), ("labels", Self.labels))
    let error = #expect(throws: InputError.self) { try catalog.load(path, split: .train) }
    #expect(error?.kind == .dataset && error?.remedy.contains("x_train") == true)
  }

  @Test(arguments: [("X", "y"), ("Images", "Labels"), ("X_test", "Y_test"), ("data", "target"), ("image", "label")])
  func othersNames(images: String, labels: String) throws {
    let path = try npz((images, NumericArray(Self.bytes, shape: [2, 3, 4])), (labels, Self.labels))
    #expect(try catalog.load(path).labels == [2, 0])
  }

  @Test("Arrays under other names are guessed at, and only in the remedy")
  func namelessArrays() throws {
    let images = NumericArray(Self.bytes, shape: [2, 3, 4])
    let path = try npz(("arr_0", images), ("arr_1", Self.labels))
    let error = try #require(throws: InputError.self) { try catalog.load(path) }
    #expect(error.problem.contains("arr_0, arr_1"))
    #expect(error.remedy.contains("numpy.savez(\"named.npz\", images=f[\"arr_0\"], labels=f[\"arr_1\"])"))
    let train = try npz(("x_train", images), ("y_train", Self.labels))
    let other = try #require(throws: InputError.self) { try catalog.load(train) }
    #expect(other.problem.contains("for the split train") && other.remedy.contains("split: train"))
    #expect(try #require(throws: InputError.self) { try catalog.load(npz()) }.problem.contains("without any array"))
    let many = (0..<30).map { ("a\($0)", Self.labels) }
    let crowd = try folder.write(NPZ.encoded(many), to: "crowd.npz")
    #expect(try #require(throws: InputError.self) { try catalog.load(crowd) }.problem.contains("a9, …"))
  }

  @Test(
    "What is no array at all is named for what it is",
    arguments: [
      (
        "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 7\n", "d.npz", "Git LFS pointer",
        "git lfs pull"
      ),
      ("<!doctype html><html>", "d.npz", "web page", "download"), ("", "d.npz", "empty", "once more"),
      ("\u{89}HDF", "d.h5", "not images", "numpy.savez"), ("a,b\n1,2\n", "d.txt", "text", "numpy.savez"),
    ])
  func foreignFiles(text: String, name: String, problem: String, remedy: String) throws {
    let path = try folder.write(Data(text.utf8), to: name)
    let error = try #require(throws: InputError.self) { try catalog.load(path) }
    #expect(error.kind == .dataset && error.subject == path)
    #expect(error.problem.contains(problem) && error.remedy.contains(remedy), "\(error)")
  }

  @Test func foldersAndArchivesOfOtherThings() throws {
    let error = try #require(throws: InputError.self) { try catalog.load(folder.path) }
    #expect(error.problem.contains("folder") && error.remedy.contains("data: \(folder.path)"))
    // As torch.save makes them, and a zip of pictures.
    for (names, word) in [(["archive/data.pkl", "archive/version"], "PyTorch"), (["1.png", "2.png"], "ZIP")] {
      var entries: [(name: String, array: NumericArray)] = []
      for name in names { entries.append((name, Self.labels)) }
      var data = NPZ.encoded(entries)
      // The names without “.npy”, each as long.
      for name in names {
        let (old, new) = (Data("\(name).npy".utf8), Data("\(name)____".utf8))
        while let range = data.range(of: old) { data.replaceSubrange(range, with: new) }
      }
      let path = try folder.write(data, to: "other.npz")
      let error = try #require(throws: InputError.self) { try catalog.load(path) }
      #expect(error.problem.contains(word), "\(error)")
    }
  }

  /// The same images in whatever file are the same; any other pixel, label or shape is not.
  @Test func contentIsHashedAndNotTheFile() throws {
    let images = NumericArray(Self.bytes, shape: [2, 3, 4])
    let expected = try catalog.load(npz(("images", images), ("labels", Self.labels))).sha256
    func hash(_ images: NumericArray, _ labels: NumericArray, _ names: (String, String) = ("x", "y")) throws -> String {
      try catalog.load(npz((names.1, labels), (names.0, images))).sha256
    }
    let floats = NumericArray(Self.bytes.map { Float($0) / 255 }, shape: [2, 3, 4])
    let planar = NumericArray(Self.bytes, shape: [2, 1, 3, 4])
    let column = NumericArray([2, 0] as [UInt8], shape: [2, 1])
    #expect(try hash(images, Self.labels) == expected && hash(floats, column) == expected)
    #expect(try hash(planar, column, ("images", "labels")) == expected)
    try folder.write(NPY.encoded(images), to: "images.npy")
    try folder.write(NPY.encoded(column), to: "labels.npy")
    let loose = try catalog.load(folder("images.npy"))
    #expect(loose.sha256 == expected && loose.name == "images.npy" && loose.source == folder("images.npy"))
    try folder.write(compressZstd(NPY.encoded(images)), to: "images.npy.zst")
    try folder.write(compressZstd(NPY.encoded(column)), to: "labels.npy.zst")
    #expect(try catalog.load(folder("images.npy.zst")).sha256 == expected)

    var others = Self.bytes
    others[23] += 1
    #expect(try hash(NumericArray(others, shape: [2, 3, 4]), Self.labels) != expected)
    #expect(try hash(images, NumericArray([1, 0])) != expected)
    #expect(try hash(NumericArray(Self.bytes, shape: [2, 4, 3]), Self.labels) != expected)
    // 256 more in a label of another type is another label.
    #expect(try hash(images, NumericArray([258, 0])) != expected)
  }

  @Test("Beside images.npy lies labels.npy")
  func npyFiles() throws {
    let path = try folder.write(NPY.encoded(NumericArray(Self.bytes, shape: [2, 3, 4])), to: "my-images.npy")
    let missing = #expect(throws: InputError.self) { try catalog.load(path) }
    #expect(missing?.remedy.contains("my-labels.npy") == true)
    try folder.write(NPY.encoded(Self.labels), to: "my-labels.npy")
    let dataset = try catalog.load(path, classCount: 10)
    #expect(dataset.labels == [2, 0] && dataset.classCount == 10 && dataset.classNames[9] == "9")
  }

  @Test(arguments: [
    (NumericArray([Float](repeating: 0.5, count: 12), shape: [1, 3, 4]), NumericArray([0] as [Int]), "256 levels"),
    (NumericArray([Float](repeating: .nan, count: 12), shape: [1, 3, 4]), NumericArray([0] as [Int]), "NaN"),
    (NumericArray([Float](repeating: .infinity, count: 12), shape: [1, 3, 4]), NumericArray([0] as [Int]), "infinite"),
    (NumericArray([UInt8](repeating: 0, count: 12), shape: [1, 3, 4]), NumericArray([0] as [Int]), "black"),
    (NumericArray([Float](repeating: 255, count: 12), shape: [1, 3, 4]), NumericArray([0] as [Int]), "256 levels"),
    (NumericArray([0, 99] as [Int], shape: [1, 1, 2]), NumericArray([0] as [Int]), "int64 from 0 to 99"),
    (
      NumericArray(.uint64, shape: [1, 1, 1], bytes: Data(repeating: 255, count: 8)), NumericArray([0] as [Int]),
      "uint64 from 1.8446744073709552e+19"
    ),
    (
      NumericArray(bytes, shape: [2, 3, 4]), NumericArray(.uint64, shape: [2], bytes: Data(repeating: 255, count: 16)),
      "larger than any class"
    ),
    (NumericArray(bytes, shape: [24]), NumericArray([0] as [Int]), "shape [24]"),
    (NumericArray([UInt8](), shape: [0, 3, 4]), NumericArray([Int]()), "shape [0, 3, 4]"),
    (
      NumericArray([UInt8](repeating: 0, count: 120), shape: [1, 5, 4, 6]), NumericArray([0] as [Int]),
      "channels neither"
    ),
    (NumericArray(bytes, shape: [2, 3, 4]), NumericArray([0] as [Int]), "labels are int64 of shape [1], for 2"),
    (NumericArray(bytes, shape: [2, 3, 4]), NumericArray([Float(0), 0.5]), "label 1 is 0.5"),
    (NumericArray(bytes, shape: [2, 3, 4]), NumericArray([1, 0, 0, 1] as [UInt8], shape: [2, 2]), "one-hot"),
    (NumericArray(bytes, shape: [3, 4, 2]), NumericArray([0, 1]), "comes last"),
    (NumericArray(bytes, shape: [2, 3, 4]), NumericArray([Float(0), 1]), "labels are float32"),
    (NumericArray(bytes, shape: [2, 3, 4]), NumericArray([0, -1]), "label 1 is -1"),
    (NumericArray(bytes, shape: [2, 3, 4]), NumericArray([0, 1_000_000_000]), "label 1 is 1000000000"),
  ])
  func refuses(images: NumericArray, labels: NumericArray, because reason: String) throws {
    let path = try npz(("images", images), ("labels", labels))
    let error = #expect(throws: InputError.self) { try catalog.load(path) }
    #expect(error?.kind == .dataset && error?.subject == path)
    #expect(error?.problem.contains(reason) == true, "\(error?.problem ?? "")")
  }

  @Test func labelsBeyondTheModelsClasses() throws {
    let path = try npz(("images", NumericArray(Self.bytes, shape: [2, 3, 4])), ("labels", Self.labels))
    let error = #expect(throws: InputError.self) { try catalog.load(path, classCount: 2) }
    #expect(error?.problem.contains("0 to 1") == true)
  }
}
