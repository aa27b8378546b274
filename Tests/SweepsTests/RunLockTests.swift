import Diagnostics
import Foundation
import RunSamples
import Runs
import Sweeps
import Testing

/// One process at a time works in a folder.
@Suite struct RunLockTests {
  private func open(_ folder: URL) throws -> SweepDirectory {
    try SweepDirectory.open(at: folder.path, configuration: try SweepSample().configuration)
  }

  @Test("A second opening is refused and told by whom; closing lets others in and leaves no file")
  func refusal() throws {
    try withFolder { folder in
      let first = try open(folder)
      let lock = folder.appending(path: "run.lock")
      #expect(FileManager.default.fileExists(atPath: lock.path))
      for _ in 0..<2 {
        let error = try #require(throws: InputError.self) { try open(folder) }
        #expect(error.kind == .output && error.subject == folder.path)
        #expect(try #require(throws: InputError.self) { try SweepDirectory.refuseIfBusy(folder.path) } == error)
        #expect(error.problem.contains("process \(ProcessInfo.processInfo.processIdentifier) on "))
      }
      // Reading is free.
      #expect(try RunStore.open(at: SweepDirectory.storeURL(in: folder.path)).recordCount() == 0)
      try first.store.close()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.sqlite"])
      try SweepDirectory.refuseIfBusy(folder.path)
      let second = try open(folder)
      #expect(second.isResumed)
      try second.store.closeCompacted()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.sqlite"])
    }
  }

  @Test("What a killed process leaves is no obstacle, and is removed")
  func leftovers() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for name in ["run.lock", ".new.run.sqlite", ".new.run.sqlite-journal"] {
        try Data("process 1 on elsewhere".utf8).write(to: folder.appending(path: name))
      }
      let first = try open(folder)
      #expect(!first.isResumed)
      try first.store.close()
      for name in ["run.lock", ".report.html.0123456789abc.tmp", ".new.run.sqlite"] {
        try Data("half".utf8).write(to: folder.appending(path: name))
      }
      try open(folder).store.close()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.sqlite"])
    }
  }
}
