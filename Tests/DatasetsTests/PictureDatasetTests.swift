import Datasets
import Diagnostics
import Files
import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite struct PictureDatasetTests {
  let folder: TemporaryFolder
  let catalog = DatasetCatalog(environment: [:], system: [])

  init() throws { folder = try TemporaryFolder() }

  /// A PNG file of one level.
  private static func png(_ level: UInt8, rows: Int = 2, columns: Int = 3, channels: Int = 1) -> Data {
    PNG.encode(
      [UInt8](repeating: level, count: rows * columns * channels), width: columns, height: rows, channels: channels)
  }

  /// A grey JPEG file of 7×5 pixels, which Pillow wrote.
  private static let jpeg = Data(
    hex: """
      ffd8ffe000104a46494600010100000100010000ffdb004300100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c39
      33383740485c4e404457453738506d51575f626768673e4d71797064785c656763ffc0000b080005000701011100ffc40014000100000000
      000000000000000000000004ffc4001a100000070000000000000000000000000000010203051271ffda0008010100003f000c6b29a960ff
      d9
      """)

  private func refusal(_ path: String, split: Dataset.Split = .test, classCount: Int? = nil, fit: ImageFit? = nil)
    throws -> InputError
  {
    try #require(throws: InputError.self) {
      try catalog.load(path, split: split, classCount: classCount, fit: fit)
    }
  }

  // MARK: - Class folders

  @Test("Classes are in the order of code points, and files in that of torchvision: folders inside come after")
  func order() throws {
    for (index, name) in [
      "all/dog/b.png", "all/dog/sub/a.png", "all/dog/z.png", "all/Cat/1.png", "all/Cat/10.png", "all/Cat/2.png",
      "all/äffchen/x.png",
    ].enumerated() { try folder.write(Self.png(UInt8(index)), to: name) }
    let images = try catalog.load(folder("all"))
    #expect(images.classNames == ["Cat", "dog", "äffchen"] && images.labels == [0, 0, 0, 1, 1, 1, 2])
    #expect((0..<7).map { images.pixels(at: $0)[0] } == [3, 4, 5, 0, 2, 1, 6])
    #expect(images.name == "all" && images.source == folder("all") && images.split == .test)
    #expect(images.shape == [1, 2, 3] && images.ids == Array(0..<7) && images.notes.isEmpty && images.fit == nil)
    #expect(try catalog.load(folder("all") + "/").sha256 == images.sha256)
  }

  @Test("PNG and JPEG are told by content; grey becomes RGB beside colour, and that is said")
  func contents() throws {
    try folder.write(Self.jpeg, to: "all/a/1.png")
    try folder.write(PNG.encode(Array(0..<105), width: 7, height: 5, channels: 3), to: "all/b/2.jpg")
    let images = try catalog.load(folder("all"))
    let grey = try JPEG.decode(Self.jpeg, name: "grey").pixels
    #expect(images.shape == [3, 5, 7] && images.pixels(at: 0) == grey + grey + grey)
    #expect(
      images.pixels(at: 1) == (0..<3).flatMap { channel in stride(from: channel, to: 105, by: 3).map(UInt8.init) })
    #expect(images.notes.count == 1 && images.notes[0].contains("1 of 2 images are grey"))
  }

  @Test("The same images have the same hash as files and as an array")
  func hash() throws {
    try folder.write(Self.png(1), to: "all/a/1.png")
    try folder.write(Self.png(2), to: "all/b/2.png")
    let images = try catalog.load(folder("all"))
    // `robust images 1: COUNT of CHANNELS×ROWS×COLUMNS`, labels of 64 bits, pixels.
    let labels = Data([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    let pixels = Data([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2])
    #expect(images.sha256 == Checksum.sha256(of: Data("robust images 1: 2 of 1×2×3\n".utf8) + labels + pixels))
    try FileManager.default.moveItem(atPath: folder("all/a/1.png"), toPath: folder("all/a/other.jpeg"))
    #expect(try catalog.load(folder("all")).sha256 == images.sha256)
  }

  @Test("Hidden files are left aside; others are named")
  func otherFiles() throws {
    try folder.write(Self.png(1), to: "all/a/1.png")
    for name in [".DS_Store", "a/.hidden.png", "__MACOSX/x", "a/Thumbs.db"] {
      try folder.write(Data("x".utf8), to: "all/\(name)")
    }
    #expect(try catalog.load(folder("all")).notes.isEmpty)
    try folder.write(Data("text".utf8), to: "all/a/notes.md")
    try folder.write(Self.png(1), to: "all/top.png")
    let images = try catalog.load(folder("all"))
    #expect(images.count == 1 && images.notes.count == 1)
    #expect(
      images.notes[0].contains("2 files") && images.notes[0].contains("notes.md") && images.notes[0].contains("top.png")
    )
  }

  @Test("classes.txt orders classes, and lists those without images")
  func classList() throws {
    for name in ["2", "10"] { try folder.write(Self.png(1), to: "all/\(name)/1.png") }
    let unlisted = try catalog.load(folder("all"))
    #expect(unlisted.classNames == ["10", "2"] && unlisted.notes.contains { $0.contains("class 0 is “10”") })
    try folder.write(Data("0\r\n2\r\n10\r\n".utf8), to: "all/classes.txt")
    let listed = try catalog.load(folder("all"), classCount: 3)
    #expect(listed.classNames == ["0", "2", "10"] && listed.labels == [1, 2] && listed.notes.isEmpty)
    #expect(try refusal(folder("all"), classCount: 4).problem.contains("has 3 classes, and the model tells 4 apart"))
    try folder.write(Data("2\n".utf8), to: "all/classes.txt")
    #expect(try refusal(folder("all")).subject == folder("all/10"))
    try folder.write(Data("2\n10\n2\n".utf8), to: "all/classes.txt")
    #expect(try refusal(folder("all")).problem.contains("“2” twice"))
  }

  @Test("A folder of train and test or val holds both splits; one without is for tests")
  func splits() throws {
    for (index, name) in ["train/a", "train/b", "val/a"].enumerated() {
      try folder.write(Self.png(UInt8(index)), to: "all/\(name)/1.png")
    }
    #expect(try catalog.load(folder("all"), split: .train).labels == [0, 1])
    #expect(try catalog.load(folder("all")).pixels(at: 0)[0] == 2)
    #expect(try catalog.load(folder("all/train")).count == 2)
    #expect(try refusal(folder("all/train"), split: .train).problem.contains("not divided"))
    try FileManager.default.removeItem(atPath: folder("all/val"))
    #expect(try refusal(folder("all")).problem.contains("no images of the test split"))
  }

  // MARK: - Sizes

  @Test("Two files of different sizes are named, unless they are to be resized")
  func sizes() throws {
    try folder.write(Self.png(10, rows: 4, columns: 8), to: "all/a/1.png")
    try folder.write(Self.png(20, rows: 4, columns: 8), to: "all/a/2.png")
    try folder.write(Self.png(30, rows: 9, columns: 6), to: "all/b/3.png")
    #expect(try catalog.mixesSizes(folder("all")))
    let error = try refusal(folder("all"))
    #expect(error.problem.contains("a/1.png is 4×8") && error.problem.contains("b/3.png is 9×6"))
    #expect(error.remedy.contains("\(Setting.resize.set(to: "4x8"))"))
    let exact = try catalog.load(folder("all"), fit: ImageFit(size: .init(rows: 5, columns: 5)))
    #expect(exact.shape == [1, 5, 5] && exact.fit == ImageFit(size: .init(rows: 5, columns: 5)))
    #expect((0..<3).map { Set(exact.pixels(at: $0)) } == [[10], [20], [30]])
    // 4×8 comes to 2×4, 9×6 to 3×2.
    let half = try refusal(folder("all"), fit: ImageFit(shorterSide: 2))
    #expect(half.problem.contains("comes to 2×4") && half.problem.contains("to 3×2"))
    let cropped = try catalog.load(folder("all"), fit: ImageFit(shorterSide: 2, crop: .init(rows: 2, columns: 2)))
    #expect(cropped.shape == [1, 2, 2])
    let large = try refusal(folder("all"), fit: ImageFit(shorterSide: 2, crop: .init(rows: 3, columns: 2)))
    #expect(large.subject == folder("all/a/1.png") && large.problem.contains("smaller than the crop"))
  }

  @Test("What has one size stays as it is")
  func oneSize() throws {
    try folder.write(Self.png(10), to: "all/a/1.png")
    try folder.write(Self.png(20), to: "all/b/1.png")
    let images = try catalog.load(folder("all"), fit: ImageFit(shorterSide: 7))
    #expect(images.shape == [1, 2, 3] && images.fit == nil)
    #expect(try !catalog.mixesSizes(folder("all")))
    #expect(try !catalog.mixesSizes("fashion-mnist") && !catalog.mixesSizes(folder("none.npz")))
  }

  @Test(
    "The middle is cut out as torchvision rounds it",
    arguments: [(5, 2, 2), (7, 2, 2), (6, 3, 2), (8, 3, 2), (9, 9, 0)])
  func crops(side: Int, crop: Int, start: Int) {
    // round(1.5) = 2, round(2.5) = 2.
    let line = Bitmap(width: side, height: 1, channels: 1, pixels: (0..<side).map(UInt8.init))
    let result = ImageFit(crop: .init(rows: 1, columns: crop)).apply(to: line)
    #expect(result.pixels == (start..<start + crop).map(UInt8.init))
  }

  // MARK: - Broken files

  @Test(
    "A file that spoils the set is named, with a remedy that fits",
    arguments: [
      (jpeg.prefix(164), "before its last pixel", "again"), (jpeg.prefix(40), "its size is missing", "again"),
      (png(1).prefix(20), "its size is missing", "again"), (png(1).dropLast(20), "sound", "again"),
      (Data(), "an empty file", "once more"), (Data("<!doctype html><html>".utf8), "a web page", "download"),
      (Data("GIF89a   ".utf8), "a GIF picture", "PNG"), (Data("RIFF\0\0\0\0WEBPVP8 ".utf8), "a WebP picture", "PNG"),
      (Data("version https://git-lfs.github.com/spec/v1\n".utf8), "Git LFS", "git lfs pull"),
      (
        Data(
          hex:
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0d00000048101802c55ceb00000000049454e44ae426082"
        ), "transparent", "background"
      ),
    ])
  func broken(file: Data, problem: String, remedy: String) throws {
    try folder.write(Self.png(1), to: "all/a/1.png")
    try folder.write(Data(file), to: "all/b/2.png")
    // Some have another size than the other.
    let error = try refusal(folder("all"), fit: ImageFit(size: .init(rows: 1, columns: 1)))
    #expect(error.subject == folder("all/b/2.png"), "\(error)")
    #expect(error.problem.contains(problem) && error.remedy.contains(remedy), "\(error)")
  }

  @Test("Pixels that a header claims are not believed")
  func bomb() throws {
    var file = Self.png(1)
    file.replaceSubrange(16..<24, with: [0, 0, 0x40, 0, 0, 0, 0x40, 0])
    try folder.write(file, to: "all/a/1.png")
    let error = try refusal(folder("all"))
    #expect(error.subject == folder("all/a/1.png") && error.problem.contains("16384×16384"))
  }

  @Test func foldersWithoutClassesAreRefused() throws {
    try folder.write(Data("x".utf8), to: "texts/a.txt")
    #expect(try refusal(folder("texts")).problem.contains("without class folders"))
    try folder.write(Self.png(1), to: "flat/1.png")
    #expect(try refusal(folder("flat")).remedy.contains("labels.csv"))
    try folder.write(Self.png(1), to: "some/a/1.png")
    try FileManager.default.createDirectory(atPath: folder("some/b"), withIntermediateDirectories: true)
    #expect(try refusal(folder("some")).subject == folder("some/b"))
    try FileManager.default.createSymbolicLink(atPath: folder("some/a/loop"), withDestinationPath: "..")
    #expect(try refusal(folder("some")).problem.contains("folders deep"))
  }

  // MARK: - Tables

  @Test("A table names files and classes, in the order of its rows")
  func table() throws {
    for index in 0..<3 { try folder.write(Self.png(UInt8(index)), to: "all/images/\(index).png") }
    let rows = "label,id,file\r\npear,7,images/2.png\r\n\"apple, red\",8,images/0.png\r\npear,9,images/1.png\r\n"
    try folder.write(Data([0xEF, 0xBB, 0xBF]) + Data(rows.utf8), to: "all/labels.csv")
    for path in ["all/labels.csv", "all"] {
      let images = try catalog.load(folder(path))
      #expect(images.classNames == ["apple, red", "pear"] && images.labels == [1, 0, 1])
      #expect((0..<3).map { images.pixels(at: $0)[0] } == [2, 0, 1])
    }
    try folder.write(Data("images/0.png,4\nimages/1.png,0\n".utf8), to: "all/numbers.csv")
    let numbers = try catalog.load(folder("all/numbers.csv"))
    #expect(numbers.labels == [4, 0] && numbers.classNames == ["0", "1", "2", "3", "4"])
    #expect(try catalog.load(folder("all/numbers.csv"), classCount: 10).classCount == 10)
    #expect(try refusal(folder("all/numbers.csv"), classCount: 3).problem.contains("label 4"))
    try folder.write(Data("a\nb\nc\nd\ne\n".utf8), to: "all/classes.txt")
    #expect(try catalog.load(folder("all/numbers.csv")).classNames == ["a", "b", "c", "d", "e"])
  }

  @Test(arguments: [
    ("file,label\n1.png\n", "row 2 has 1 fields"), ("file,label\n1.png,\n", "row 2 has no label"),
    ("file,label\n", "names no picture"), ("\n\n", "has no rows"),
    ("label,pixel0,pixel1\n1,2,3\n", "neither columns file and label"),
    ("file,label\n1.png,a\n1.png,b\n", "twice"), ("file,label\n1.png,-1\n", "row 2 has the label -1"),
    ("file,label\n1.png,99999999\n", "label 99999999"), ("file,label\n9.png,1\n", "no such file"),
    ("file,label\ntable.csv,1\n", "a text file"),
  ])
  func brokenTables(text: String, problem: String) throws {
    try folder.write(Self.png(1), to: "1.png")
    let error = try refusal(folder.write(Data(text.utf8), to: "table.csv"))
    #expect(error.problem.contains(problem), "\(error)")
  }

  @Test("Reading tells how far it is, and ends when asked to")
  func progress() throws {
    struct Stop: Error {}
    try folder.write(Self.png(1), to: "all/a/1.png")
    let stopping = DatasetCatalog(
      environment: [:], system: [],
      reading: { share in
        #expect(share == 1)
        throw Stop()
      })
    #expect(throws: Stop.self) { try stopping.load(folder("all")) }
  }
}
