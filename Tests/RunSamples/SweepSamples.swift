package import Attacks
package import Autodiff
import Datasets
package import Foundation
package import Models
package import Runs
package import Sweeps
import Synchronization
package import Tensors

/// scores = W x + b, counting the images it is asked about.
package struct SweepModel: Classifier {
  package let name: String
  package let inputShape: Shape
  package let classCount: Int
  package let trainingLoss = Loss.crossEntropy
  package let chunkSize: Int
  package let weights: Tensor
  package let work = WorkCount()

  package final class WorkCount: Sendable {
    private let forwards = Mutex(0)
    package var value: Int { forwards.withLock { $0 } }
    func add(_ count: Int) { forwards.withLock { $0 += count } }
  }

  package init(_ name: String, shape: Shape, classes: Int, chunkSize: Int = 4, seed: UInt64) {
    var stream = RandomStream(seed: seed)
    self.name = name
    inputShape = shape
    classCount = classes
    self.chunkSize = chunkSize
    weights = Tensor((0..<classes * shape.count).map { _ in stream.normal() }, shape: [classes, shape.count])
  }

  package func outputs(for images: Variable) -> ClassifierOutputs {
    work.add(images.shape[0])
    let scores = images.flattened().linear(images.graph.constant(weights))
    return ClassifierOutputs(scores: scores, activations: scores.softmax())
  }
}

/// A sweep of `models` on noise that the first of them classifies as labelled but for every seventh image.
package struct SweepSample {
  package let sweep: Sweep
  package let models: [SweepModel]
  package let configuration: RunConfiguration

  package init(
    count: Int = 10, shape: Shape = [1, 4, 4], classes: Int = 4, goals: [TargetChoice] = [.untargeted],
    attacks: [any Attack] = [FGSM()], epsilon: String = "0,8/255,0.2", seed: UInt64 = 7, chunkSize: Int = 4,
    names: [String] = ["first", "second"], rawCurves: Bool = false, norm: any Norm = LInfinity()
  ) throws {
    models = names.enumerated().map { index, name in
      SweepModel(name, shape: shape, classes: classes, chunkSize: chunkSize, seed: 5 + UInt64(index / 2))
    }
    var stream = RandomStream(seed: seed)
    let bytes = Data((0..<count * shape.count).map { _ in UInt8.random(in: 0...255, using: &stream) })
    let names = (0..<classes).map { "class \($0)" }
    let blank = Dataset(
      name: "noise", split: .test, shape: shape, bytes: bytes, labels: Array(repeating: 0, count: count),
      classNames: names, sha256: "0", attribution: "none")
    let labels = models[0].predictions(for: blank.images(at: 0..<count)).enumerated().map { index, prediction in
      index % 7 == 3 ? (prediction + 1) % classes : prediction
    }
    let dataset = Dataset(
      name: "noise", split: .test, shape: shape, bytes: bytes, labels: labels, ids: (0..<count).map { 100 + 3 * $0 },
      classNames: names, sha256: "0", attribution: "none")
    configuration = RunConfiguration(
      models: models.map {
        .init(
          name: $0.name, source: "test", sha256: "\($0.name)", kind: "linear", loss: "cross-entropy",
          parameterCount: $0.weights.count, chunkSize: $0.chunkSize)
      }, dataset: .init(dataset), attacks: attacks.map { .init($0) }, norm: norm, goals: goals,
      budgets: try BudgetList(parsing: epsilon, norm: norm).all, seed: seed, rawCurves: rawCurves,
      toolVersion: "test")
    sweep = try Sweep(configuration, models: models, attacks: attacks, dataset: dataset)
  }

  /// Runs it all in `folder`.
  package func run(in folder: URL, threads: Int = 1, examples: ExampleCount = .first(3)) throws -> SweepDirectory {
    let directory = try SweepDirectory.open(at: folder.path, configuration: configuration)
    _ = try sweep.run(into: directory, threads: threads, examples: examples)
    return directory
  }
}

/// Runs `body` with the path of a folder that is not there yet, and removes it.
package func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "sweep-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// Every file below `folder` but the store, by its path from there.
package func pictures(below folder: URL) throws -> [String: Data] {
  var files: [String: Data] = [:]
  for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
  where path.contains(".png") || path.hasSuffix(".csv") {
    files[path] = try Data(contentsOf: folder.appending(path: path))
  }
  return files
}
