import Files
import Foundation
import TestSupport
import Testing

/// What is left behind by whoever was killed goes, and nothing else.
@Suite struct TemporaryNameTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["report.html", "a", ".hidden", "naïve name.csv", String(repeating: "é", count: 120)])
  func knowsItsOwn(name: String) throws {
    for _ in 0..<200 {
      let temporary = TemporaryName.make(for: name)
      #expect(TemporaryName.isTemporary(temporary, of: name) && temporary.utf8.count <= 255)
      #expect(!TemporaryName.isTemporary(temporary, of: name + "x"))
    }
  }

  @Test(arguments: [
    ".notes.tmp", ".report.html.tmp", ".report.html.backup.tmp", ".report.html.2026.tmp",
    "report.html.0123456789abc.tmp",
    ".report.html.0123456789abc.tmp~", ".report.html.0123456789ABC.tmp", ".report.html.zzzzzzzzzzzzz.tmp",
    ".report.html.0123456789abcd.tmp", ".0123456789abc.tmp", ".report.html.01234 6789abc.tmp", ".report.html..tmp",
  ])
  func leavesOthers(name: String) throws {
    #expect(!TemporaryName.isTemporary(name, of: "report.html"))
    try folder.write(Data("mine".utf8), to: name)
    try AtomicFile.write(Data("new".utf8), to: folder("report.html"))
    #expect(try folder.names() == [name, "report.html"].sorted())
  }

  @Test func removesWhatAKilledProcessLeft() throws {
    try folder.write(Data("half".utf8), to: ".file.0123456789abc.tmp")
    try folder.write(Data("half".utf8), to: ".other.0123456789abc.tmp")
    try AtomicFile.write(Data("new".utf8), to: folder("file"))
    #expect(try folder.names() == [".other.0123456789abc.tmp", "file"])
  }

  @Test func leavesThoseOfTheLiving() throws {
    try AtomicFile.replace(folder("file")) { first in
      try first.write(Data("first".utf8))
      // As another process that writes the same file would.
      try AtomicFile.write(Data("second".utf8), to: folder("file"))
      #expect(try folder.names().count == 2)
    }
    #expect(FileManager.default.contents(atPath: folder("file")) == Data("first".utf8))
    #expect(try folder.names() == ["file"])
  }

  @Test func doesNotFollowLinks() throws {
    let precious = try folder.write(Data("precious".utf8), to: "precious")
    try FileManager.default.createSymbolicLink(
      atPath: folder(".file.0123456789abc.tmp"), withDestinationPath: precious)
    try AtomicFile.write(Data("new".utf8), to: folder("file"))
    #expect(FileManager.default.contents(atPath: precious) == Data("precious".utf8))
  }
}
