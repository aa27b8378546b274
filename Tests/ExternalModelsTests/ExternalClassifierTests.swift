import Autodiff
import Diagnostics
import ExternalModels
import Foundation
import Models
import Tensors
import Testing

@Suite(.enabled(if: ReferenceChild.path != nil, "needs a C compiler"))
struct ExternalClassifierTests {
  private func classifier(_ mode: String = "", timeout: Double = 20) throws -> ExternalClassifier {
    try ExternalClassifier(.command("exec '\(ReferenceChild.path!)' \(mode)"), timeout: timeout)
  }

  private let images = Tensor((0..<18).map { Float($0 % 7) / 7 }, shape: [3, 1, 2, 3])

  private func expectedScores() -> Tensor {
    let x = images.scalars
    return Tensor(
      (0..<12).map { at in
        (0..<6).reduce(Float(0)) { $0 + ReferenceChild.weight(at % 4, $1) * x[at / 4 * 6 + $1] }
      }, shape: [3, 4])
  }

  @Test func scoresAndGradientsAreTheProcess() throws {
    let classifier = try classifier()
    #expect(classifier.name == "linear")
    #expect(classifier.inputShape == [1, 2, 3])
    #expect(classifier.classCount == 4)
    let graph = Graph()
    let x = graph.variable(images)
    let scores = classifier.outputs(for: x).scores
    for (found, expected) in zip(scores.value.scalars, expectedScores().scalars) {
      #expect(abs(found - expected) < 1e-6)
    }
    let seed = Tensor((0..<12).map { Float($0 * $0 % 5) - 2 }, shape: [3, 4])
    let gradient = graph.gradients(of: scores, seed: seed, by: [x])[0]
    for at in 0..<18 {
      let expected = (0..<4).reduce(Float(0)) { $0 + ReferenceChild.weight($1, at % 6) * seed.scalars[at / 6 * 4 + $1] }
      #expect(abs(gradient.scalars[at] - expected) < 1e-6)
    }
    try classifier.check()
  }

  @Test func labelsAreScoresOfOneAndZero() throws {
    let classifier = try classifier("labels")
    #expect(classifier.description.gives == .labels)
    #expect(classifier.predictions(for: images) == expectedScores().argmaxOfRows())
    #expect(classifier.scores(of: images).scalars.reduce(0, +) == 3)
  }

  @Test func threadsHaveProcessesOfTheirOwn() async throws {
    let classifier = try classifier()
    let images = images
    let all = await withTaskGroup(of: Tensor.self) { group in
      for _ in 0..<4 { group.addTask { (0..<20).map { _ in classifier.scores(of: images) }.last! } }
      return await group.reduce(into: [Tensor]()) { $0.append($1) }
    }
    #expect(Set(all.map(\.scalars)).count == 1)
    try classifier.check()
  }

  @Test(arguments: [
    ("garbage", "hello"), ("silent", "not answered"), ("refuse", "no GPU"), ("version", "robust-model-9"),
    ("shape", "[6]"), ("oneclass", "1 classes"),
  ])
  func badBeginningsAreRefused(_ mode: String, _ expected: String) {
    #expect {
      try classifier(mode, timeout: mode == "silent" ? 0.3 : 20)
    } throws: { error in
      guard let error = error as? InputError else { return false }
      return error.kind == .model && error.problem.contains(expected)
    }
  }

  @Test(arguments: ["/nonexistent/socket", String(repeating: "x", count: 300)])
  func socketsThatDoNotExistAreRefused(_ path: String) {
    #expect(throws: InputError.self) { try ExternalClassifier(.socket(path)) }
  }

  @Test func placesAreReadAsTheyAreWritten() {
    #expect(ModelPlace("process: python3 serve.py") == .command("python3 serve.py"))
    #expect(ModelPlace("socket:/tmp/x") == .socket("/tmp/x"))
    for text in ["process:", "socket: ", "net.onnx", "Process: x"] { #expect(ModelPlace(text) == nil) }
    #expect(ModelPlace("process: a b").map { "\($0)" } == "process: a b")
  }

  @Test func commandsThatDoNotExistAreRefused() {
    #expect(throws: InputError.self) { try ExternalClassifier(.command("/nonexistent/program")) }
  }

  @Test(arguments: [
    ("crash", "exit code 7; it wrote: out of memory"), ("abort", "signal 6"), ("hang", "not answered"),
    ("short", "4 bytes, not 48"), ("partial", "exit code 0"), ("nan", "not finite"),
  ])
  func failuresInTheMiddleAreThrownByTheCheck(_ mode: String, _ expected: String) throws {
    let classifier = try classifier(mode, timeout: mode == "hang" ? 0.5 : 20)
    _ = classifier.scores(of: images)
    try classifier.check()
    _ = classifier.scores(of: images)
    #expect {
      try classifier.check()
    } throws: { error in
      (error as? InputError)?.problem.contains(expected) ?? false
    }
    // What is asked after it does no harm.
    #expect(classifier.scores(of: images).shape == [3, 4])
    #expect(throws: InputError.self) { try classifier.check() }
  }

  @Test func endlessAnswersAreCut() throws {
    let classifier = try classifier("endless")
    _ = classifier.scores(of: images)
    #expect(throws: InputError.self) { try classifier.check() }
  }
}
