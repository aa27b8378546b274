import Attacks
import Autodiff
import Examples
import Foundation
import Models
import RunSamples
import Runs
import Sweeps
import Tensors
import Testing

/// Sums over a batch of another size may differ in the last bits, and steps along the gradient itself pass that on.
struct BatchSizeTests {
  /// A linear model whose weights depend a little on how many images it is asked about.
  private struct UnevenModel: Classifier {
    let even: SweepModel
    var name: String { even.name }
    var inputShape: Shape { even.inputShape }
    var classCount: Int { even.classCount }
    var trainingLoss: Loss { even.trainingLoss }
    var chunkSize: Int { even.chunkSize }

    func outputs(for images: Variable) -> ClassifierOutputs {
      let factor = 1 + 1e-5 * Float(images.shape[0])
      let weights = even.weights.scalars.enumerated().map { $0 % 3 == 0 ? $1 * factor : $1 }
      let scores = images.flattened().linear(images.graph.constant(Tensor(weights, shape: even.weights.shape)))
      return ClassifierOutputs(scores: scores, activations: scores.softmax())
    }
  }

  @Test(
    "Examples of some images of a chunk are those that the run found among all of them",
    arguments: [L2(), L1()] as [any Norm])
  func someOfAChunk(norm: any Norm) throws {
    try withFolder { folder in
      let sample = try SweepSample(
        count: 24, goals: [.untargeted, .each], attacks: [PGD(steps: 6, restarts: 2)],
        epsilon: norm.name == "l2" ? "0.1,0.4" : "0.5,2", names: ["first"], norm: norm)
      let sweep = try Sweep(
        sample.configuration, models: sample.models.map(UnevenModel.init), attacks: sample.sweep.attacks,
        dataset: sample.sweep.dataset)
      let directory = try SweepDirectory.open(
        at: folder.appending(path: "run").path, configuration: sample.configuration)
      #expect(try sweep.run(into: directory, threads: 1, examples: .all))
      let export = try ExampleExport(
        sweep, store: directory.store,
        selection: ExampleSelection(of: sample.configuration, classes: "class 1", outcome: .all), options: .init())
      let report = try #require(try export.write(to: folder.appending(path: "out").path, threads: 1))
      #expect(report.count > 4 && report.differences == 0)
      let made = try pictures(below: folder.appending(path: "out")).filter { $0.key.hasPrefix("first/") }
      let expected = try pictures(below: directory.images)
      #expect(made.count == report.count && made.allSatisfy { expected[$0.key] == $0.value })
    }
  }
}
