import Attacks
import Classifiers
import Datasets
import Foundation
import Models
import RunSamples
import Runs
import Tensors
import Testing

/// Models that are right, with images or labels to which something was done, and the other way round.
@Suite struct WrongDataTests {
  /// Ten classes, all of which occur about as often: weights of each sum to 0.
  static func balanced(seed: UInt64) -> LinearModel {
    var stream = RandomStream(seed: seed)
    let weights = (0..<10).map { _ in
      let row = (0..<64).map { _ in stream.normal() }
      return row.map { $0 - row.reduce(0, +) / 64 }
    }
    return LinearModel(weights: weights, bias: Array(repeating: 0, count: 10))
  }

  private static let model = balanced(seed: 2)

  /// Something done to the pixels of an image, and a part of the remedy that it should get.
  struct Kind: Sendable, CustomTestStringConvertible {
    let name: String
    let remedy: String
    let done: @Sendable ([UInt8]) -> [UInt8]
    var testDescription: String { name }
  }

  /// 8 × 8 pixels, each taken from where `place` says.
  private static func moved(
    _ name: String, _ remedy: String, _ place: @escaping @Sendable (_ row: Int, _ column: Int) -> (Int, Int)
  ) -> Kind {
    Kind(name: name, remedy: remedy) { pixels in
      (0..<64).map {
        let (row, column) = place($0 / 8, $0 % 8)
        return pixels[row * 8 + column]
      }
    }
  }

  static let kinds: [Kind] = [
    Kind(name: "inverted", remedy: "255 − x") { $0.map { 255 - $0 } },
    Kind(name: "squared", remedy: "square root") { $0.map { UInt8((Int($0) * Int($0) + 127) / 255) } },
    Kind(name: "displaced", remedy: "skip 8 bytes more") { Array($0[56...] + $0[..<56]) },
    Kind(name: "byte-swapped", remedy: "byteswap") { pixels in (0..<64).map { pixels[$0 ^ 1] } },
    moved("transposed", "exchange rows and columns") { ($1, $0) },
    moved("mirrored", "left and right") { ($0, 7 - $1) },
    moved("upside down", "top and bottom") { (7 - $0, $1) },
    moved("rotated by 180°", "by 180°") { (7 - $0, 7 - $1) },
    // Row r, column c of what was turned to the right was row 7 − c, column r.
    moved("rotated by 90° to the right", "90° to the left") { (7 - $1, $0) },
    moved("rotated by 90° to the left", "90° to the right") { ($1, 7 - $0) },
    moved("other diagonal", "then rotate by 180°") { (7 - $1, 7 - $0) },
    moved("upper and lower halves", "ifftshift") { (($0 + 4) % 8, $1) },
    moved("left and right halves", "ifftshift") { ($0, ($1 + 4) % 8) },
    moved("quarters", "ifftshift") { (($0 + 4) % 8, ($1 + 4) % 8) },
  ]

  @Test(arguments: kinds)
  func transformedImagesAreNamed(kind: Kind) throws {
    let run = try CheckedRun([Self.model], epsilon: "0", count: 200, pixels: kind.done)
    let finding = try #require(try run.finding("transformed-images"))
    #expect(finding.remedy.contains(kind.remedy), "\(finding.remedy)")
    #expect(try #require(finding.numbers["correctIfUndone"]) > 170)
    if kind.name != "squared" { #expect(finding.severity == .error) }
  }

  /// The same images from chosen viewpoints may well look familiar the other way round.
  @Test func orientationsOfChosenViewpointsAreNotJudged() throws {
    let viewpoints = try ViewpointSelection(azimuth: "0")
    func run(_ done: ([UInt8]) -> [UInt8]) throws -> Finding? {
      try CheckedRun([Self.model], epsilon: "0", count: 200, viewpoints: viewpoints, pixels: done)
        .finding("transformed-images")
    }
    #expect(try run { $0.reversed() } == nil)
    #expect(try run { $0.map { 255 - $0 } } != nil)
  }

  /// Two channels of 4 × 4, in which linear models see 32 numbers.
  @Test(
    arguments: [
      ("opposite order", { @Sendable (i: Int) in (1 - i / 16) * 16 + i % 16 }),
      ("[count, channels, rows, columns]", { @Sendable (i: Int) in i % 2 * 16 + i / 2 }),
      ("[count, rows, columns, channels]", { @Sendable (i: Int) in i % 16 * 2 + i / 16 }),
    ] as [(String, @Sendable (Int) -> Int)])
  func channelsAreNamed(remedy: String, source: @Sendable (Int) -> Int) throws {
    let model = SweepModel("pair", shape: [2, 4, 4], classes: 5, seed: 3)
    let run = try CheckedRun(
      [model], epsilon: "0", count: 200, pixels: { pixels in (0..<32).map { pixels[source($0)] } })
    let finding = try #require(try run.finding("transformed-images"))
    #expect(finding.severity == .error && finding.remedy.contains(remedy), "\(finding.remedy)")
  }

  /// A model of another program that was trained on prepared images, and is given them as they are, or prepared twice.
  @Test(
    arguments: [
      (
        ["mean": "0.485,0.456,0.406", "std": "0.229,0.224,0.225"], [:],
        "mean: 0.485,0.456,0.406, std: 0.229,0.224,0.225"
      ),
      (["range": "0:255", "channels": "bgr", "mean": "103.939,116.779,123.68"], [:], "range: 0:255, channels: bgr"),
      (["range": "-1:1"], [:], "range: -1:1"), (["channels": "bgr"], [:], "channels: bgr"),
      ([:], ["mean": "0.5,0.4,0.3", "std": "0.2"], "leave out mean, std"),
      ([:], ["range": "-3:5", "channels": "bgr", "mean": "1,2,3"], "leave out range, mean"),
    ] as [([String: String], [String: String], String)])
  func missingPreprocessingIsNamed(trained: [String: String], given: [String: String], remedy: String) throws {
    func steps(_ texts: [String: String]) throws -> InputPreprocessing {
      try InputPreprocessing(
        range: texts["range"], channels: texts["channels"], mean: texts["mean"], std: texts["std"])
    }
    let base = SweepModel("net", shape: [3, 4, 4], classes: 5, seed: 3)
    func prepared(_ texts: [String: String]) throws -> any Classifier {
      try PreprocessedClassifier(base, try steps(texts), imageShape: [3, 4, 4])
    }
    // What is trained without, and given in the other order, is trained in that order.
    let order = given["channels"].map { ["channels": $0] } ?? [:]
    let run = try CheckedRun(
      [try prepared(given)], epsilon: "0", count: 200, labelling: try prepared(trained.isEmpty ? order : trained),
      kind: "onnx", preprocessing: given.isEmpty ? nil : try steps(given))
    let finding = try #require(try run.finding("transformed-images"))
    #expect(finding.remedy.contains(remedy), "\(finding.title): \(finding.remedy)")
  }

  /// What a model that guesses may be in want of is said of those of other programs.
  @Test func guessesOfForeignModels() throws {
    var stream = RandomStream(seed: 5)
    let run = try CheckedRun(
      [Self.model], epsilon: "0", count: 300, kind: "onnx",
      labels: { labels in labels.map { _ in Int.random(in: 0..<10, using: &stream) } })
    let finding = try #require(try run.finding("chance-accuracy"))
    #expect(finding.remedy.contains("pixels in [0, 1] as they are") && finding.remedy.contains("mean"))
  }

  @Test(
    arguments: [
      ("subtract 1 from every label, modulo 10", { @Sendable (l: Int) in (l + 1) % 10 }, 20),
      ("add 3 to every label, modulo 10", { @Sendable (l: Int) in (l + 7) % 10 }, 60),
      ("9 − l", { @Sendable (l: Int) in 9 - l }, 60),
      ("“class 5” (5) → “class 2” (2), ", { @Sendable (l: Int) in [0, 1, 5, 3, 4, 2, 6, 7, 8, 9][l] }, 400),
      ("“class 9” (9) → “class 0” (0), ", { @Sendable (l: Int) in [9, 4, 1, 8, 2, 7, 0, 3, 6, 5][l] }, 200),
    ] as [(String, @Sendable (Int) -> Int, Int)])
  func permutedLabelsAreNamed(remedy: String, label: @Sendable (Int) -> Int, count: Int) throws {
    let run = try CheckedRun([Self.model], epsilon: "0", count: count, labels: { $0.map(label) })
    let finding = try #require(try run.finding("permuted-labels"))
    #expect(finding.severity == .error && finding.remedy.contains(remedy), "\(finding.remedy)")
  }

  /// The numbers of images are 7, 9, 11, …: the label of the next is that of number + 2.
  @Test func labelsOfTheNextImageAreNoticed() throws {
    let run = try CheckedRun([Self.model], epsilon: "0", count: 200, labels: { [$0.last!] + $0.dropLast() })
    let finding = try #require(try run.finding("permuted-labels"))
    #expect(finding.remedy.contains("2 images after"), "\(finding.remedy)")
  }

  @Test func aModelThatGuessesIsAnError() throws {
    var stream = RandomStream(seed: 5)
    let run = try CheckedRun(
      [Self.model], epsilon: "0", count: 300,
      labels: { labels in labels.map { _ in Int.random(in: 0..<10, using: &stream) } })
    let report = try run.report()
    #expect(report.findings.map(\.check) == ["chance-accuracy"])
    #expect(report.findings.first?.severity == .error)
  }

  /// A constant answer is right as often as its class occurs: chance, however frequent that is.
  @Test(arguments: [1, 9])
  func aConstantAnswerIsAnError(weight: Int) throws {
    let constant = LinearModel(weights: Array(repeating: Array(repeating: 0, count: 64), count: 3), bias: [1, 0, 0])
    let run = try CheckedRun(
      [constant], epsilon: "0", count: 2400,
      labels: { labels in labels.indices.map { $0 % (weight + 2) < weight ? 0 : $0 % 2 + 1 } })
    let finding = try #require(try run.finding("chance-accuracy"))
    #expect(finding.severity == .error && finding.evidence.contains("“class 0” is its answer to 2400 of 2400"))
  }

  @Test func lessThanTheCheckpointRecords() throws {
    func run(wrong: Int, recorded: Double?, count: Int = 400) throws -> Finding? {
      try CheckedRun(
        [Self.model], epsilon: "0", count: count, testAccuracy: recorded,
        labels: { labels in labels.indices.map { $0 % 20 < wrong ? (labels[$0] + 1) % 10 : labels[$0] } }
      ).finding("recorded-accuracy")
    }
    // 75% against 92%; 85% is within what chance and the allowance of 5 points leave.
    #expect(try run(wrong: 5, recorded: 0.92)?.severity == .warning)
    #expect(try run(wrong: 3, recorded: 0.92) == nil)
    #expect(try run(wrong: 5, recorded: 0.78) == nil)
    #expect(try run(wrong: 5, recorded: nil) == nil)
    #expect(try run(wrong: 5, recorded: 0.92, count: 20) == nil)
  }

  /// The answers of a model that is right for two images in three, for parts that are nothing to do with it.
  @Test func subsetsRaiseNoAlarm() throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      for count in [20, 100, 300] {
        func check(_ labels: ([Int]) -> [Int]) throws {
          let run = try CheckedRun(
            [Self.balanced(seed: seed)], epsilon: "0", count: count, seed: seed, testAccuracy: 0.67,
            labels: labels)
          #expect(try run.report().findings == [], "\(count) images, seed \(seed)")
        }
        var stream = RandomStream(seed: seed)
        // Mistakes of any kind, and always for the same class.
        try check {
          $0.map { Int.random(in: 0..<3, using: &stream) == 0 ? Int.random(in: 0..<10, using: &stream) : $0 }
        }
        try check { $0.map { Int.random(in: 0..<3, using: &stream) == 0 ? ($0 + 1) % 10 : $0 } }
        // One class only, of which the model has many opinions.
        try check { $0.map { _ in 6 } }
      }
    }
  }
}
