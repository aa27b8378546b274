import Autodiff
import Classifiers
import Diagnostics
import Models
import Tensors
import TestSupport
import Testing

/// Hands back what it is given, as scores: what preprocessing makes of images.
private struct Mirror: Classifier {
  let name = "mirror"
  let inputShape: Shape
  var classCount: Int { inputShape.count }
  let trainingLoss = Loss.crossEntropy
  let chunkSize = 8

  func outputs(for images: Variable) -> ClassifierOutputs {
    let scores = images.flattened()
    return ClassifierOutputs(scores: scores, activations: scores.softmax())
  }
}

@Suite struct PreprocessedClassifierTests {
  /// `[1, channels, rows, columns]` that count up from 0 in steps of 1/64.
  private static func images(_ shape: Shape) -> Tensor {
    Tensor((0..<shape.count).map { Float($0) / 64 }, shape: shape.batched(1))
  }

  private static func prepared(_ steps: InputPreprocessing, _ shape: Shape, to input: Shape) throws -> [Float] {
    try PreprocessedClassifier(Mirror(inputShape: input), steps, imageShape: shape).scores(of: images(shape)).scalars
  }

  @Test func normalised() throws {
    let steps = try InputPreprocessing(mean: "0.485,0.456,0.406", std: "0.229,0.224,0.225")
    let x = Self.images([3, 2, 2]).scalars
    let wanted = x.enumerated().map { index, x in
      (x - [0.485, 0.456, 0.406][index / 4]) / [0.229, 0.224, 0.225][index / 4]
    }
    for (a, b) in zip(try Self.prepared(steps, [3, 2, 2], to: [3, 2, 2]), wanted) { #expect(abs(a - b) < 1e-6) }
  }

  /// Range, then channels, then the mean of the new first channel.
  @Test func inOrder() throws {
    let steps = try InputPreprocessing(range: "0:255", channels: "bgr", mean: "10,20,30")
    let x = Self.images([3, 1, 2]).scalars.map { 255 * $0 }
    let wanted = [x[4] - 10, x[5] - 10, x[2] - 20, x[3] - 20, x[0] - 30, x[1] - 30]
    for (a, b) in zip(try Self.prepared(steps, [3, 1, 2], to: [3, 1, 2]), wanted) { #expect(abs(a - b) < 1e-4) }
    let symmetric = try Self.prepared(try InputPreprocessing(range: "-1:1"), [1, 2, 2], to: [1, 2, 2])
    #expect(symmetric == Self.images([1, 2, 2]).scalars.map { 2 * $0 - 1 })
  }

  @Test func greyAsRGB() throws {
    let steps = try InputPreprocessing(channels: "gray-to-rgb")
    let x = Self.images([1, 2, 2]).scalars
    #expect(try Self.prepared(steps, [1, 2, 2], to: [3, 2, 2]) == x + x + x)
  }

  /// A crop of 2 × 2 of 5 × 4: torchvision begins at round((5 − 2) / 2) = 2, rounded to the even number, and 1.
  @Test(arguments: [(5, 2), (3, 0), (7, 2), (4, 1)])
  func croppedInTheMiddle(rows: Int, first: Int) throws {
    let steps = try InputPreprocessing(crop: "2")
    let x = Self.images([1, rows, 4]).scalars
    let wanted = [first * 4 + 1, first * 4 + 2, first * 4 + 5, first * 4 + 6].map { x[$0] }
    #expect(try Self.prepared(steps, [1, rows, 4], to: [1, 2, 2]) == wanted)
  }

  @Test func resizedThenCropped() throws {
    // 6 × 9 with the shorter side 4 is 4 × 6, and its middle 4 × 4.
    let steps = try InputPreprocessing(resize: "4", crop: "4")
    let graph = Graph()
    let resized = graph.constant(Self.images([2, 6, 9])).resized(rows: 4, columns: 6)
    let wanted = resized.slice(axis: 3, range: 1..<5).value.scalars
    #expect(try Self.prepared(steps, [2, 6, 9], to: [2, 4, 4]) == wanted)
  }

  /// ε is in pixels of the data set: gradients come back through all steps.
  @Test func gradients() throws {
    let steps = try InputPreprocessing(
      resize: "5x4", crop: "3x4", range: "-1:3", channels: "bgr", mean: "0.1,0.2,0.3", std: "0.5,0.25,2")
    let classifier = try PreprocessedClassifier(Mirror(inputShape: [3, 3, 4]), steps, imageShape: [3, 7, 6])
    #expect(classifier.inputShape == [3, 7, 6] && classifier.name == "mirror" && classifier.chunkSize == 8)
    let error = FiniteDifferences.error([.normal([2, 3, 7, 6], seed: 3)]) { classifier.outputs(for: $0[0]).scores }
    #expect(error < 1e-3)
  }

  @Test(
    arguments: [
      (Shape([3, 32, 32]), Shape([3, 224, 224]), "resize: 224x224"),
      (Shape([1, 8, 8]), Shape([3, 8, 8]), "grey-to-rgb"),
      (Shape([3, 8, 8]), Shape([1, 8, 8]), "channels"), (Shape([1, 9, 9]), Shape([1, 5, 5]), "crop: 5x5"),
    ])
  func whatDoesNotFitIsRefused(images: Shape, input: Shape, remedy: String) throws {
    let error = try #require(throws: InputError.self) {
      try PreprocessedClassifier(Mirror(inputShape: input), InputPreprocessing(), imageShape: images)
    }
    #expect(error.kind == .model && error.subject == "mirror" && error.remedy.contains(remedy), "\(error)")
  }

  @Test func stepsThatDoNotFitAreRefused() throws {
    func refusal(_ steps: InputPreprocessing, _ images: Shape, _ input: Shape) throws -> InputError {
      try #require(throws: InputError.self) {
        try PreprocessedClassifier(Mirror(inputShape: input), steps, imageShape: images)
      }
    }
    #expect(try refusal(try .init(crop: "9"), [1, 8, 8], [1, 9, 9]).remedy.contains("resize: 9"))
    #expect(try refusal(try .init(resize: "6"), [1, 8, 8], [1, 5, 5]).problem.contains("come to 6×6"))
    #expect(try refusal(try .init(mean: "1,2,3"), [1, 8, 8], [1, 8, 8]).subject == "mean")
    #expect(try refusal(try .init(channels: "grey-to-rgb"), [3, 8, 8], [3, 8, 8]).problem.contains("3 channels"))
    #expect(try refusal(try .init(resize: "8000"), [1, 1, 3], [1, 8, 8]).problem.contains("8000×24000"))
  }
}
