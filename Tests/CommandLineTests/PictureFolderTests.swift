import Datasets
import Foundation
import Imaging
import TestSupport
import Testing

/// Folders of pictures as data sets of whole commands.
@Suite struct PictureFolderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Two images of Fashion-MNIST a class, in folders called `k-` and a letter in the order of the classes; every other one
  /// enlarged if they are to be of several sizes.
  private func write(mixed: Bool) throws {
    let shipped = try DatasetCatalog().load()
    for (number, position) in shipped.balancedOrder().prefix(20).enumerated() {
      let label = shipped.labels[position]
      var picture = Bitmap(planar: shipped.pixels(at: position), shape: shipped.shape)
      if mixed, number % 2 == 1 { picture = picture.enlarged(by: 2) }
      let letter = Unicode.Scalar(UInt8(ascii: "a") + UInt8(label))
      try folder.write(PNG.encode(picture), to: "pictures/k-\(letter)/\(number).png")
    }
  }

  private func sweep(_ arguments: [String]) throws -> Program.Outcome {
    try Program.run(["sweep", "--attack", "fgsm", "--model", "cnn", "--dataset", folder("pictures")] + arguments)
  }

  @Test func reportsNameTheClasses() throws {
    try write(mixed: false)
    let outcome = try sweep(["--epsilon", "0.05", "--output", folder("run")])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let summary = try String(contentsOfFile: folder("run/summary.json"), encoding: .utf8)
    #expect(summary.contains("k-j") && !summary.contains("\"fit\""))
    // What has one size is resized inside models, and those of robust's own take none.
    let refused = try sweep(["--epsilon", "0.05", "--resize", "28x28", "--output", folder("other")])
    #expect(refused.code == 64 && refused.errors.contains("--resize"), "\(refused.errors)")
  }

  @Test func severalSizesNeedResizeAndRunsGoOnWithIt() throws {
    try write(mixed: true)
    let refused = try sweep(["--epsilon", "0.05", "--output", folder("run")])
    #expect(refused.code == 65 && refused.errors.contains("several sizes") && refused.errors.contains("--resize"))
    let whole = try sweep(["--epsilon", "0.05", "--resize", "28x28", "--output", folder("run")])
    #expect(whole.code == 0, "\(whole.errors)")
    #expect(try String(contentsOfFile: folder("run/report.md"), encoding: .utf8).contains("resized to 28×28"))
    let resumed = try Program.run(["sweep", "--resume", folder("run"), "--resize", "28x28"])
    #expect(resumed.code == 0, "\(resumed.errors)")
    let other = try Program.run(["sweep", "--resume", folder("run"), "--resize", "28"])
    #expect(other.code == 64 && other.errors.contains("--resize is 28x28, not 28"), "\(other.errors)")
    try FileManager.default.moveItem(atPath: folder("pictures"), toPath: folder("moved"))
    let moved = try Program.run(["sweep", "--resume", folder("run"), "--dataset", folder("moved")])
    #expect(moved.code == 0, "\(moved.errors)")
  }
}
