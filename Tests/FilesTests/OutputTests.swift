import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

/// The rule for outputs.
@Suite struct OutputTests {
  let folder: TemporaryFolder
  static let form = OutputForm.text("a list", beginning: "list")
  static let contents = ResultFolder.Contents(
    command: "robust try", key: "key.txt", form: form, isOwn: { $0.hasSuffix(".txt") })

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Data("list of ours".utf8), to: "ours.txt")
    try folder.write(Data("notes".utf8), to: "notes.txt")
    try folder.write(Data(), to: "blank.txt")
    try folder.write(Data("list".utf8), to: "result/key.txt")
    try folder.write(Data("mine".utf8), to: "result/own.pdf")
    try folder.write(Data("mine".utf8), to: "foreign/own.txt")
    try folder.write(Data("mine".utf8), to: "taken/key.txt")
    try folder.write(Data("list".utf8), to: "linked/key.txt")
    try folder.write(Data("half".utf8), to: "killed/.key.txt.0123456789abc.tmp")
    try folder.write(Data("store".utf8), to: "run/run.sqlite")
    try FileManager.default.createDirectory(atPath: folder("empty"), withIntermediateDirectories: false)
    for (link, target) in [
      ("to-ours", "ours.txt"), ("to-notes", "notes.txt"), ("to-empty", "empty"), ("to-nothing", "nowhere"),
      ("to-itself", "to-itself"), ("linked/own.txt", "../notes.txt"),
    ] {
      try FileManager.default.createSymbolicLink(atPath: folder(link), withDestinationPath: target)
    }
  }

  private func snapshot() throws -> [String: Data?] {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return Dictionary(uniqueKeysWithValues: paths.map { ($0, FileManager.default.contents(atPath: folder($0))) })
  }

  @Test(arguments: ["new.txt", "ours.txt", "to-ours", "blank.txt", "run/report.txt"])
  func filesThatMayBeWritten(name: String) throws {
    let before = try snapshot()
    try OutputFile(folder(name), option: "--out", replacing: Self.form)
    #expect(try snapshot() == before)
  }

  @Test(arguments: ["/dev/null", "/dev/stdout", "/dev/fd/1"])
  func streamsMayBeWritten(path: String) throws { try OutputFile(path, option: "--out", replacing: Self.form) }

  @Test(arguments: [
    ("notes.txt", "something else than a list"), ("to-notes", "something else than a list"), ("empty", "is a folder"),
    ("to-empty", "is a folder"), ("to-nothing", "leads to nothing"), ("to-itself", "leads to nothing"),
    ("none/x.txt", "there is no folder"), ("notes.txt/", "name of a folder"), ("new/", "name of a folder"),
    ("notes.txt/x", "is no folder"),
    ("run/summary.json", "belongs to the run"),
    ("run/run.sqlite", "belongs to the run"), ("run/images/x.txt", "no folder"),
    (String(repeating: "n", count: 300), "can't be written"),
  ])
  func filesThatMayNot(name: String, problem: String) throws {
    let before = try snapshot()
    let error = #expect(throws: InputError.self) {
      try OutputFile(folder(name), option: "--out", replacing: Self.form)
    }
    #expect(error?.kind == .output && error?.problem.contains(problem) == true, "\(String(describing: error))")
    #expect(try snapshot() == before)
  }

  @Test func anEmptyNameIsWrongUsage() {
    #expect(throws: InputError(.usage, "--out", "is empty", remedy: "name a file")) {
      try OutputFile("", option: "--out", replacing: nil)
    }
  }

  @Test func twoOptionsOfOneFile() throws {
    let (a, b) = try (
      OutputFile(folder("new.txt"), option: "--a", replacing: nil),
      OutputFile(folder("./empty/../new.txt"), option: "--b", replacing: nil)
    )
    let error = #expect(throws: InputError.self) { try OutputFile.requireDistinct([a, b]) }
    #expect(error?.kind == .usage && error?.subject == "--a and --b")
    let null = try OutputFile("/dev/null", option: "--a", replacing: nil)
    try OutputFile.requireDistinct([null, null, a])
  }

  @Test(arguments: ["new", "deep/new", "empty", "to-empty", "result", "killed", "run/comparison"])
  func foldersThatMayBeWritten(name: String) throws {
    let before = try snapshot()
    let result = try ResultFolder(folder(name), for: Self.contents)
    #expect(PathKind(at: result.url.path) == .folder)
    let error = #expect(throws: InputError.self) { try ResultFolder(folder(name), for: Self.contents) }
    #expect(error?.problem.contains("another robust") == true)
    result.close()
    #expect(try snapshot() == before, "nothing was written, and nothing is left")
  }

  @Test(arguments: [
    ("foreign", "own.txt"), ("taken", "key.txt"), ("notes.txt", "is a file"), ("to-notes", "is a file"),
    ("notes.txt/", "is a file"),
    ("to-nothing", "leads to nothing"), ("to-nothing/x", "leads to nothing"), ("notes.txt/x", "is no folder"),
    ("linked", "is a symbolic link"), ("run", "run.sqlite"), ("run/images", "belongs to the run"),
    ("run/images/x", "belongs to the run"), ("none/..", "no folder"), ("/dev/null", "device"),
  ])
  func foldersThatMayNot(name: String, problem: String) throws {
    let before = try snapshot()
    let error = #expect(throws: InputError.self) {
      try ResultFolder(name.hasPrefix("/") ? name : folder(name), for: Self.contents)
    }
    #expect(error?.kind == .output && error?.problem.contains(problem) == true, "\(String(describing: error))")
    #expect(try snapshot() == before)
  }

  @Test(.enabled(if: getuid() != 0, "permissions do not bind the superuser"))
  func placesThatAreReadOnly() throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder("empty"))
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder("empty")) }
    for path in ["empty/x", "empty"] {
      let error = #expect(throws: InputError.self) { try ResultFolder(folder(path), for: Self.contents) }
      #expect(error?.kind == .output && error?.remedy.contains("may write") == true)
    }
    #expect(throws: InputError.self) { try OutputFile(folder("empty/x"), option: "--out", replacing: nil) }
  }

  @Test func locksTellWhoHoldsThem() throws {
    let path = folder("file.lock")
    func lock(_ isStrict: Bool = true) throws -> FileLock {
      try FileLock(at: path, subject: "file", busy: "is in use", remedy: "wait", isStrict: isStrict)
    }
    let first = try lock()
    let error = #expect(throws: InputError.self) { try lock() }
    #expect(error?.problem.hasPrefix("is in use: process \(getpid()) on ") == true)
    first.release()
    #expect(PathKind(at: path) == nil)
    // A process that was killed leaves the file, which locks nothing.
    try Data("process 1 on elsewhere".utf8).write(to: URL(filePath: path))
    try lock().release()
    #expect(PathKind(at: path) == nil)
    try Data("a list of locks".utf8).write(to: URL(filePath: path))
    #expect(throws: InputError.self) { try lock() }
    #expect(FileManager.default.contents(atPath: path) == Data("a list of locks".utf8))
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder("notes.txt"))
    for isStrict in [true, false] {
      #expect(#expect(throws: InputError.self) { try lock(isStrict) }?.problem.contains("symbolic link") == true)
    }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.linkItem(atPath: folder("notes.txt"), toPath: path)
    #expect(throws: InputError.self) { try lock(false) }
    #expect(FileManager.default.contents(atPath: folder("notes.txt")) == Data("notes".utf8))
  }

  @Test func namesInFoldersNeedNotBeText() throws {
    try FileManager.default.createDirectory(atPath: folder("odd"), withIntermediateDirectories: false)
    let name = Array(folder("odd/caf").utf8CString.dropLast()) + [CChar(bitPattern: 0xE9), 0]
    let descriptor = name.withUnsafeBufferPointer { open($0.baseAddress!, O_CREAT | O_WRONLY, 0o644) }
    // Some file systems have only names that are text.
    guard descriptor >= 0 else { return }
    close(descriptor)
    #expect(try FolderEntries.names(in: folder("odd")) == ["caf\u{FFFD}"])
    let error = #expect(throws: InputError.self) { try ResultFolder(folder("odd"), for: Self.contents) }
    #expect(error?.problem.contains("caf") == true)
  }
}
