import Arrays
import Datasets
import Foundation
import TestSupport
import Testing

/// `robust reproduce` on a tiny data set in the files of smallNORB.
@Suite struct ReproduceTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// One pair for each class, two toys of either split, and some elevations and azimuths: a bright bar, whose place says the
  /// class. Two batches, and several chunks of images for each of two threads: fourteen networks are trained on them.
  private func writeImages(side: Int = 76) throws {
    for (name, toys) in [
      ("46789x9x18x6x2x96x96-training", [4, 6]), ("01235x9x18x6x2x96x96-testing", [0, 1]),
    ] {
      var (pixels, labels, codes) = ([UInt8](), [Int32](), [Int32]())
      for toy in toys {
        for (elevation, azimuth) in [(0, 0), (1, 12), (2, 30), (4, 4), (6, 20), (8, 34)] {
          for label in 0..<5 {
            labels.append(Int32(label))
            codes += [toy, elevation, azimuth, toy % 6].map(Int32.init)
            for index in 0..<(2 * side * side) {
              let row = index / side % side
              let noise = (index * 31 + toy * 17 + azimuth * 7 + elevation * 3) % 60
              pixels.append(UInt8(row * 5 / side == label ? 180 + noise : noise))
            }
          }
        }
      }
      func write(_ kind: String, _ array: NumericArray) throws {
        try folder.write(NORBMatrix.encoded(array), to: "smallnorb/smallnorb-5x\(name)-\(kind).mat")
      }
      func bytes(_ values: [Int32]) -> Data { values.map(\.littleEndian).withUnsafeBytes { Data($0) } }
      try write("dat", NumericArray(.uint8, shape: [labels.count, 2, side, side], bytes: Data(pixels)))
      try write("cat", NumericArray(.int32, shape: [labels.count], bytes: bytes(labels)))
      try write("info", NumericArray(.int32, shape: [labels.count, 4], bytes: bytes(codes)))
    }
  }

  private func reproduce(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(["reproduce"] + arguments, in: folder.path)
  }

  private func contents(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: folder(name))) }

  @Test(.slow) func everythingIsMadeAndNothingDependsOnThreads() throws {
    try writeImages()
    let options = ["--data", folder("smallnorb"), "--quick", "--epochs", "1", "--limit", "10"]
    let whole = try Program.run(["reproduce", "all", "--threads", "2", "--output", folder("a")] + options)
    #expect(whole.code == 0, "\(whole.errors)")
    for text in ["Table 1", "Table 2", "Figure 3", "317,194", "95% interval", "What differs from the paper"] {
      #expect(whole.output.contains(text), "\(text)")
    }
    let page = String(decoding: try contents("a/README.md"), as: UTF8.self)
    #expect(page.contains("[Table 1: components of the architecture](table-1.md)") && page.contains("13.5%"))
    #expect(!page.contains("synthetic"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder("a"))
    // Again: everything is there, so that nothing is trained or attacked.
    let again = try Program.run(["reproduce", "table-1", "table-2", "figure-3", "--output", folder("a")] + options)
    #expect(again.code == 0 && !again.errors.contains("epoch"), "\(again.errors)")
    let some = ["table-2", "gradients", "black-box", "figure-b3", "figure-3"]
    let other = try Program.run(["reproduce"] + some + ["--threads", "1", "--output", folder("b")] + options)
    #expect(other.code == 0, "\(other.errors)")
    let comparable = try FileManager.default.contentsOfDirectory(atPath: folder("b")).filter { name in
      [".csv", ".json", ".svg", ".png"].contains { name.hasSuffix($0) } && !name.hasSuffix("-times.csv")
    }
    #expect(comparable.count > 12 && Set(comparable).isSubset(of: names))
    for name in comparable { #expect(try contents("a/\(name)") == contents("b/\(name)"), "\(name)") }
  }

  @Test func aSetWithoutViewpointsIsRefused() throws {
    let outcome = try reproduce("table-2", "--dataset", "fashion-mnist-1000")
    #expect(outcome.code == 65 && outcome.errors.contains("no train split"), "\(outcome.errors)")
    let images = NumericArray((0..<2000).map { UInt8($0 % 250) }, shape: [5, 20, 20])
    let labels = NumericArray(.uint8, shape: [5], bytes: Data([0, 1, 2, 3, 4]))
    let arrays = [(name: "x_train", array: images), ("y_train", labels), ("x_test", images), ("y_test", labels)]
    try folder.write(NPZ.encoded(arrays), to: "own.npz")
    for experiment in ["table-2", "figure-b1"] {
      let outcome = try reproduce(experiment, "--dataset", "own.npz")
      #expect(outcome.code == 65 && outcome.errors.contains("does not say from where"), "\(outcome.errors)")
    }
  }

  @Test func wrongNamesAreCorrected() throws {
    let outcome = try reproduce("tabel-1")
    #expect(outcome.code == 64 && outcome.errors.contains("did you mean table-1"), "\(outcome.errors)")
    #expect(try reproduce("table-1", "--network", "smal").errors.contains("did you mean small"))
    #expect(try reproduce("table-1", "--epochs", "0").code == 64)
    #expect(try reproduce("table-1", "--limit", "0").code == 64)
    #expect(try folder.names() == [])
  }

  @Test func parametersNeedNoImages() throws {
    let outcome = try reproduce("parameters", "--output", "here")
    #expect(outcome.code == 0 && outcome.output.contains("4,253,349"), "\(outcome.errors)")
    let page = String(decoding: try contents("here/parameters.md"), as: UTF8.self)
    #expect(page.contains("| baseline CNN | 2×32×32, 5 classes | 4.2M | 4,253,349 |"))
  }
}
