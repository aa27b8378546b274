import Autodiff
import ExternalModels
import Foundation
import Models
import Tensors
import Testing

/// How long passes take as seen from here, which `Python/benchmarks/overhead.py` compares with the time in the model.
///
/// Measures, and so runs only if `ROBUST_OVERHEAD` names a place and says how often: `PASSES BATCH,BATCH socket: PATH`.
struct OverheadTests {
  private static let request = ProcessInfo.processInfo.environment["ROBUST_OVERHEAD"]?.split(
    separator: " ", maxSplits: 2
  ).map(String.init)

  @Test(.enabled(if: request?.count == 3, "measures only when asked to"))
  func passes() throws {
    let request = try #require(Self.request)
    let classifier = try ExternalClassifier(#require(ModelPlace(request[2])))
    let passes = try #require(Int(request[0]))
    for batch in request[1].split(separator: ",").compactMap({ Int($0) }) {
      let images = Tensor(repeating: 0.5, shape: Shape([batch] + classifier.description.shape))
      let seed = Tensor(repeating: 1, shape: [batch, classifier.classCount])
      for _ in 0..<passes {
        let graph = Graph()
        let x = graph.variable(images)
        var scores: Variable!
        let forward = ContinuousClock().measure { scores = classifier.outputs(for: x).scores }
        let reverse = ContinuousClock().measure { _ = graph.gradients(of: scores, seed: seed, by: [x]) }
        print("overhead \(batch) \(forward / .seconds(1)) \(reverse / .seconds(1))")
      }
      try classifier.check()
    }
  }
}
