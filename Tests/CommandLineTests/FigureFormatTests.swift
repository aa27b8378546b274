import Foundation
import TestSupport
import Testing

/// `--figures` on the commands that draw.
struct FigureFormatTests {
  private static let isThere = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
    FileManager.default.isExecutableFile(atPath: "\($0)/rsvg-convert")
  }
  private static let sweep = ["sweep", "--attack", "fgsm", "--model", "cnn", "--limit", "10", "--epsilon", "0.1"]

  /// The program that draws is missed before anything is attacked or written.
  @Test(arguments: [
    FigureFormatTests.sweep + ["--output", "new"], ["minimum", "cnn", "--limit", "10", "--output", "new"],
    ["inspect", "cnn", "--limit", "10", "--output", "new"], ["compare", "nowhere", "--output", "new"],
  ])
  func needsRsvgConvert(arguments: [String]) throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(
      arguments + ["--figures", "pdf"], in: folder.path, environment: ["PATH": "/nonexistent"])
    #expect(outcome.code == 64 && outcome.errors.contains("rsvg-convert") && outcome.errors.contains("--figures svg"))
    #expect(try folder.names() == [])
    let unknown = try Program.run(arguments + ["--figures", "jpg"], in: folder.path)
    #expect(unknown.code == 64 && unknown.errors.contains("svg, pdf, png"), "\(unknown.errors)")
    #expect(try folder.names() == [])
  }

  /// A run goes on, or is repeated, with the figures it was asked for.
  @Test(.slow, .enabled(if: FigureFormatTests.isThere, "needs rsvg-convert")) func writesFiguresIntoTheRun() throws {
    let folder = try TemporaryFolder()
    let swept = try Program.run(Self.sweep + ["--figures", "pdf,png", "--output", "run"], in: folder.path)
    #expect(swept.code == 0 && swept.output.contains("accuracy.pdf, accuracy.png"), "\(swept.errors)")
    let pdf = try Data(contentsOf: URL(filePath: folder("run/accuracy.pdf")))
    #expect(pdf.starts(with: Data("%PDF-".utf8)))
    for name in ["accuracy.pdf", "accuracy.png"] { try FileManager.default.removeItem(atPath: folder("run/\(name)")) }
    #expect(try Program.run(["sweep", "--resume", "run"], in: folder.path).code == 0)
    #expect(try Data(contentsOf: URL(filePath: folder("run/accuracy.pdf"))) == pdf)
    let without = try Program.run(
      ["sweep", "--resume", "run", "--figures", "svg"], in: folder.path, environment: ["PATH": "/nonexistent"])
    #expect(without.code == 0, "\(without.errors)")
  }
}
