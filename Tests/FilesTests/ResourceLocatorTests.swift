import Diagnostics
import Files
import Foundation
import TestSupport
import Testing

@Suite struct ResourceLocatorTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func locator(_ environment: [String: String] = [:], additional: [String] = []) -> ResourceLocator {
    ResourceLocator(environment: environment, executable: folder("bin/robust"), additional: additional)
  }

  @Test func looksBesideTheExecutableThenInShare() throws {
    try folder.write(Data(), to: "share/robust/robust_Datasets.resources/Resources/file")
    #expect(
      try locator().folder(of: "Datasets") == folder("share/robust/robust_Datasets.resources/Resources"))
    try folder.write(Data(), to: "bin/robust_Datasets.resources/Resources/file")
    #expect(try locator().folder(of: "Datasets") == folder("bin/robust_Datasets.resources/Resources"))
  }

  @Test func theEnvironmentComesFirstAndTheCallerLast() throws {
    try folder.write(Data(), to: "explicit/Models/file")
    try folder.write(Data(), to: "other/Datasets/file")
    let locator = locator(["ROBUST_RESOURCES": folder("explicit")], additional: [folder("other")])
    #expect(try locator.folder(of: "Models") == folder("explicit/Models"))
    #expect(try locator.folder(of: "Datasets") == folder("other/Datasets"))
  }

  @Test func saysWhereItLooked() {
    let error = #expect(throws: InputError.self) { try locator().folder(of: "Datasets") }
    #expect(error?.problem.contains(folder("bin")) == true && error?.problem.contains(folder("share/robust")) == true)
  }

  @Test func findsTheRunningProgram() throws {
    let path = try #require(ResourceLocator.runningImage())
    #expect(FileManager.default.isReadableFile(atPath: path))
  }
}
