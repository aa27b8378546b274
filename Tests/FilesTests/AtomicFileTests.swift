import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  struct Stop: Error {}

  let folder: TemporaryFolder
  let old = Data("old".utf8)
  let new = Data("new and longer".utf8)

  init() throws { folder = try TemporaryFolder() }

  @Test func writesAndReplaces() throws {
    let path = folder("file")
    try AtomicFile.write(old, to: path)
    #expect(FileManager.default.contents(atPath: path) == old)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try AtomicFile.write(new, to: path)
    #expect(FileManager.default.contents(atPath: path) == new)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
    #expect(try folder.names() == ["file"])
  }

  @Test func writesWithoutFlushing() throws {
    let path = folder("file")
    try AtomicFile.writeUnflushed(new, to: path)
    try AtomicFile.writeUnflushed(old, to: path)
    #expect(FileManager.default.contents(atPath: path) == old)
    #expect(throws: InputError.self) { try AtomicFile.writeUnflushed(new, to: folder("missing/file")) }
  }

  @Test func failureLeavesTheOldFileAndNothingBeside() throws {
    let path = try folder.write(old, to: "file")
    #expect(throws: Stop.self) {
      try AtomicFile.replace(path) { writer in
        try writer.write(new)
        #expect(FileManager.default.contents(atPath: path) == old)
        #expect(try folder.names().count == 2)
        throw Stop()
      }
    }
    #expect(FileManager.default.contents(atPath: path) == old)
    #expect(try folder.names() == ["file"])
  }

  @Test func aFolderInTheWay() throws {
    try FileManager.default.createDirectory(atPath: folder("taken"), withIntermediateDirectories: false)
    let error = #expect(throws: InputError.self) { try AtomicFile.write(new, to: folder("taken")) }
    #expect(error?.kind == .output && error?.subject == folder("taken"))
    #expect(try folder.names() == ["taken"])
  }

  @Test func aFolderThatIsMissing() throws {
    let error = #expect(throws: InputError.self) { try AtomicFile.write(new, to: folder("missing/file")) }
    #expect(error?.kind == .output && error?.remedy.contains("create the folder") == true)
    #expect(try folder.names().isEmpty)
  }

  @Test func aFileWhereAFolderShouldBe() throws {
    let path = try folder.write(old, to: "file")
    let error = #expect(throws: InputError.self) { try AtomicFile.write(new, to: path + "/inside") }
    #expect(error?.kind == .output)
    #expect(FileManager.default.contents(atPath: path) == old)
  }

  @Test(.enabled(if: getuid() != 0, "permissions do not bind the superuser"))
  func aFolderThatIsReadOnly() throws {
    let path = try folder.write(old, to: "file")
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
    let error = #expect(throws: InputError.self) { try AtomicFile.write(new, to: path) }
    #expect(error?.kind == .output && error?.remedy.contains("may write") == true)
    #expect(FileManager.default.contents(atPath: path) == old)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "only Linux has /dev/full"))
  func aDiskThatIsFull() {
    let error = #expect(throws: InputError.self) { try AtomicFile.write(new, to: "/dev/full") }
    #expect(error?.kind == .output && error?.remedy.contains("free some space") == true)
    #expect(FileManager.default.fileExists(atPath: "/dev/full"))
  }

  @Test func aSymbolicLinkStaysOne() throws {
    let target = try folder.write(old, to: "real/target")
    try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: target)
    try AtomicFile.write(new, to: folder("link"))
    #expect(FileManager.default.contents(atPath: target) == new)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder("link")) == target)
  }

  @Test func aSymbolicLinkToNothingStaysOne() throws {
    try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: folder("nowhere"))
    let error = #expect(throws: InputError.self) { try AtomicFile.write(new, to: folder("link")) }
    #expect(error?.kind == .output && error?.problem.contains("link to nothing") == true)
    #expect(try folder.names() == ["link"])
  }

  @Test func linksCanBeRefused() throws {
    let target = try folder.write(old, to: "target")
    try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: target)
    #expect(throws: InputError.self) { try AtomicFile.write(new, to: folder("link"), links: .refused) }
    #expect(throws: InputError.self) { try AtomicFile.writeUnflushed(new, to: folder("link")) }
    #expect(FileManager.default.contents(atPath: target) == old)
    #expect(try folder.names() == ["link", "target"])
  }

  @Test func anotherNameOfAFileKeepsItsContents() throws {
    let path = try folder.write(old, to: "file")
    try FileManager.default.linkItem(atPath: path, toPath: folder("copy"))
    try AtomicFile.writeUnflushed(new, to: path)
    #expect(FileManager.default.contents(atPath: path) == new)
    #expect(FileManager.default.contents(atPath: folder("copy")) == old)
  }
}
