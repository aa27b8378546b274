import Autodiff
import Datasets
import Foundation
import Imaging
import Models
import Tensors
import TestSupport
import Testing

/// `robust reconstruct` on a small untrained network and shipped images.
struct ReconstructTests {
  static func model() throws -> DynamicCapsules {
    var configuration = DynamicCapsules.Configuration()
    configuration.channels = 4
    configuration.primaryTypes = 2
    configuration.classElements = 3
    configuration.decoder = .init(hiddenUnits: [8, 9])
    return try DynamicCapsules(configuration: configuration, seed: 5)
  }

  /// The cell at `row`, from 1, and `column` of a sheet of 28×28 pictures with a gap of 2 below headings of 5 rows.
  static func cell(_ sheet: Bitmap, _ row: Int, _ column: Int) -> [UInt8] {
    (0..<28).flatMap { y in
      let start = (9 + (row - 1) * 30 + y) * sheet.width + 2 + column * 30
      return sheet.pixels[start..<start + 28]
    }
  }

  @Test func writesPicturesAndNumbers() throws {
    let folder = try TemporaryFolder()
    let model = try Self.model()
    try Checkpoint.write(model, provenance: .init(), to: folder("model.safetensors"))
    for threads in ["1", "2"] {
      let outcome = try Program.run([
        "reconstruct", folder("model.safetensors"), "--limit", "40", "--images", "3,0", "--range", "2", "--threads",
        threads, "--output", folder("out\(threads)"),
      ])
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("of the predicted class") && outcome.output.contains("40"))
    }
    let names = ["dimensions.csv", "pose-0.png", "pose-3.png", "reconstructions.csv", "reconstructions.png"]
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder("out1")).sorted() == names)
    for name in names {
      let files = try [1, 2].map { try Data(contentsOf: URL(filePath: folder("out\($0)/\(name)"))) }
      #expect(files[0] == files[1], "\(name)")
    }

    // The numbers of image 3, worked out here.
    let dataset = try DatasetCatalog(data: nil).load(DatasetCatalog.defaultName, split: .test, classCount: 10).first(40)
    let position = try #require(dataset.ids.firstIndex(of: 3))
    let image = dataset.images(at: [position])
    let outputs = model.outputs(for: Graph().constant(image))
    let prediction = outputs.scores.value.argmaxOfRows()[0]
    let made = model.reconstructions(of: outputs.poses!.value, classes: [prediction])
    let error = zip(made.scalars, image.scalars).reduce(0) { $0 + pow(Double($1.0 - $1.1), 2) } / 784
    let lines = try String(contentsOfFile: folder("out1/reconstructions.csv"), encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 41)
    let fields = try #require(lines.first { $0.hasPrefix("3,") }).split(separator: ",")
    #expect(fields[1] == "\(dataset.labels[position])" && fields[2] == "\(prediction)")
    #expect(abs(try #require(Double(fields[4])) - error) < 1e-6)

    // Three elements, eleven steps, of which the middle one moves nothing and the others something.
    let sheet = try PNG.read(folder("out1/pose-3.png"))
    #expect(sheet.width == 2 + 11 * 30 && sheet.height == 9 + 3 * 30)
    let unmoved = Quantizer.levels(of: made)
    for row in 1...3 {
      #expect(Self.cell(sheet, row, 5) == unmoved)
      #expect(Self.cell(sheet, row, 0) != unmoved && Self.cell(sheet, row, 10) != Self.cell(sheet, row, 0))
    }
    let moved = model.reconstructions(
      of: {
        var poses = outputs.poses!.value.scalars
        poses[prediction * 3 + 1] -= 2
        return Tensor(poses, shape: [1, 10, 3])
      }(), classes: [prediction])
    #expect(Self.cell(sheet, 2, 0) == Quantizer.levels(of: moved))
  }

  /// A network that was trained without a decoder gets one, and keeps its other weights; its scores stay the same.
  @Test func aDecoderIsTrainedAfterwards() throws {
    let folder = try TemporaryFolder()
    try TinyMNIST.write(to: folder)
    func train(_ options: [String], to name: String) throws -> Program.Outcome {
      try Program.run(
        [
          "train", "--model", "matrix-capsules-small", "--sizes", "4,2,2,2", "--dataset", "mnist", "--data",
          folder.path,
          "--epochs", "1", "--output", folder(name),
        ] + options)
    }
    #expect(try train([], to: "plain.safetensors").code == 0)
    let refused = try train(["--only", "decoder"], to: "none.safetensors")
    #expect(refused.code == 64 && refused.errors.contains("--decoder"), "\(refused.errors)")
    let added = try train(
      ["--initial", folder("plain.safetensors"), "--decoder", "6,7", "--only", "decoder"], to: "decoded.safetensors")
    #expect(added.code == 0, "\(added.errors)")
    let plain = try Checkpoint.read(folder("plain.safetensors")).model
    let decoded = try Checkpoint.read(folder("decoded.safetensors")).model
    #expect(plain.parameters.names.allSatisfy { plain.parameters[$0] == decoded.parameters[$0] })
    #expect(decoded.parameters.names.count == plain.parameters.names.count + 6)
    let outcome = try Program.run([
      "reconstruct", folder("decoded.safetensors"), "--dataset", "mnist", "--data", folder.path, "--output",
      folder("out"),
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder("out")).count == 13)
    for options in [["--decoder", "6,x"], ["--decoder", "0"], ["--only", "encoder"]] {
      #expect([64, 65].contains(try train(options, to: "none.safetensors").code))
    }
    #expect(
      try train(["--initial", folder("decoded.safetensors"), "--decoder", "6,8"], to: "none.safetensors").code == 65
    )
  }

  @Test func refusesWhatItCannotDo() throws {
    let folder = try TemporaryFolder()
    try Checkpoint.write(Self.model(), provenance: .init(), to: folder("model.safetensors"))
    let path = folder("model.safetensors")
    for (arguments, code, message) in [
      (["cnn"], 65, "no decoder"), ([path, "--images", "3,x"], 64, "--images"),
      ([path, "--limit", "10", "--images", "9999999"], 64, "9999999"), ([path, "--range", "0"], 64, "--range"),
      ([path, "--limit", "0"], 64, "--limit"), ([folder("nothing.safetensors")], 65, "nothing.safetensors"),
    ] as [([String], Int32, String)] {
      let outcome = try Program.run(["reconstruct"] + arguments + ["--output", folder("out")])
      #expect(outcome.code == code && outcome.errors.contains(message), "\(arguments): \(outcome.errors)")
    }
    #expect(try folder.names() == ["model.safetensors"])
    #expect(
      try Program.run(["reconstruct", path, "--limit", "10", "--output", path]).code == 73, "the place is taken")
  }
}
