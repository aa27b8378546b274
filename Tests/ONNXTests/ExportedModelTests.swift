import Arrays
import Autodiff
import Foundation
import Models
import ONNX
import Tensors
import Testing

/// Exports of other frameworks against onnxruntime's scores and the frameworks' own gradients, in 64 bits.
///
/// They are enabled by `ROBUST_ONNX_MODELS`, a folder that `Scripts/onnx/export_torchvision.py` or
/// `Scripts/onnx/export_others.py` wrote;
/// `ROBUST_ONNX_MODELS_FILTER`, a regular expression, chooses among `FAMILY/VARIANT`, and `ROBUST_ONNX_MODELS_REPORT` names
/// a file for the table in Markdown.
struct ExportedModelTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let folder = environment["ROBUST_ONNX_MODELS"]

  @Test func exportedModelsAreSkippedLoudly() {
    guard Self.folder == nil else { return }
    print("SKIPPED: exported models, as ROBUST_ONNX_MODELS names no folder (Scripts/onnx/export_torchvision.py)")
  }

  @Test(.enabled(if: folder != nil, "ROBUST_ONNX_MODELS names no folder"))
  func scoresAreThoseOfRuntimeAndGradientsThoseOfTheFramework() throws {
    let filter = try Self.environment["ROBUST_ONNX_MODELS_FILTER"].map { try Regex($0) }
    var rows = [
      "| model | scores differ by | gradients | at the image itself | the framework's in 32 bits | seconds |",
      "|---|---|---|---|---|---|",
    ]
    for model in try ExportedModel.all(in: Self.folder!) {
      if let filter, !model.name.contains(filter) { continue }
      let start = ContinuousClock.now
      do {
        let (scores, gradients, there, rounded) = try model.differences()
        let seconds = Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000
        let digits = [scores, gradients, there, rounded].map { String(format: "%.1e", $0) }
        rows.append("| \(model.name) | \(digits.joined(separator: " | ")) | \(String(format: "%.1f", seconds)) |")
        #expect(scores < 1e-4, "\(model.name): scores")
        #expect(gradients < 1e-3, "\(model.name): gradients")
      } catch {
        rows.append("| \(model.name) | FAILED: \("\(error)".replacing("\n", with: " ")) | | | | |")
        Issue.record("\(model.name): \(error)")
      }
      // After each, so that a crash loses nothing.
      if let path = Self.environment["ROBUST_ONNX_MODELS_REPORT"] {
        try (rows.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
      }
    }
    #expect(rows.count > 2)
  }
}

/// One file with what it shall give.
private struct ExportedModel {
  /// `FAMILY/VARIANT`.
  let name: String
  let folder: String
  let variant: String

  static func all(in path: String) throws -> [ExportedModel] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted().flatMap { family in
      let folder = "\(path)/\(family)"
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return files.filter { $0.hasSuffix(".onnx") }.sorted().map { file in
        let variant = String(file.dropLast(5))
        return ExportedModel(name: "\(family)/\(variant)", folder: folder, variant: variant)
      }
    }
  }

  /// The largest difference of a score over the largest score, and of a gradient's element over the largest of the
  /// gradients: for each image the smallest of those from the gradient there and at points round it that rounding does not
  /// tell apart; then that from the gradient there, ours and that which the framework gives in 32 bits.
  func differences() throws -> (scores: Float, gradients: Float, there: Float, rounded: Float) {
    let images = try Constant(NPY.read("\(folder)/images.npy"), type: .float).tensor
    let labels = try NPY.read("\(folder)/labels.npy").integers ?? []
    let expectedScores = try Constant(NPY.read("\(folder)/\(variant).npy"), type: .float).tensor
    let expectedGradient = try Constant(NPY.read("\(folder)/gradient.npy"), type: .float).tensor
    let classifier = try ONNXClassifier(reading: "\(folder)/\(variant).onnx")
    let graph = Graph()
    let variable = graph.variable(images)
    let scores = classifier.outputs(for: variable).scores
    // The cross-entropy's gradient by the scores, softmax − label.
    let seed = scores.softmax().value
    var scalars = seed.scalars
    for (row, label) in labels.enumerated() { scalars[row * seed.shape[1] + label] -= 1 }
    let gradient = graph.gradients(of: scores, seed: Tensor(scalars, shape: seed.shape), by: [variable])[0]
    let rounded = try Constant(NPY.read("\(folder)/gradient32.npy"), type: .float).tensor
    let size = images.count
    let points = (0..<max(expectedGradient.count / size, 1)).map { point in
      Tensor(Array(expectedGradient.scalars[point * size..<(point + 1) * size]), shape: images.shape)
    }
    let differences = points.map { gradient.distances(from: $0) }
    let nearest = (0..<images.shape[0]).map { image in differences.map { $0[image] }.min() ?? .infinity }
    return (
      scores.value.distance(from: expectedScores), nearest.max() ?? .infinity, gradient.distance(from: points[0]),
      rounded.distance(from: points[0])
    )
  }
}

extension Tensor {
  /// The largest difference from `expected` over the latter's largest element; infinite if shapes differ.
  fileprivate func distance(from expected: Tensor) -> Float {
    guard shape == expected.shape else { return .infinity }
    let largest = expected.scalars.reduce(0) { max($0, abs($1)) }
    let differences = zip(scalars, expected.scalars).map { abs($0 - $1) }
    guard differences.allSatisfy({ $0.isFinite }) else { return .infinity }
    return differences.reduce(0, max) / largest
  }

  /// The same for each row, over the largest element of all.
  fileprivate func distances(from expected: Tensor) -> [Float] {
    guard shape == expected.shape else { return Array(repeating: .infinity, count: shape[0]) }
    let largest = expected.scalars.reduce(0) { max($0, abs($1)) }
    let size = count / shape[0]
    let differences = zip(scalars, expected.scalars).map { ($0 - $1).isFinite ? abs($0 - $1) : .infinity }
    return (0..<shape[0]).map { differences[$0 * size..<($0 + 1) * size].reduce(0, max) / largest }
  }
}
