import Attacks
import Autodiff
import Datasets
import Diagnostics
import Foundation
import Models
import RunSamples
import Runs
import Statistics
import Sweeps
import Tensors
import TestSupport
import Testing

@Suite struct MinimumSearchTests {
  /// Grey noise that no ε up to 0.3 clips, labelled as a linear model of two classes sees it but for every seventh image.
  private struct Subject {
    let model = SweepModel("linear", shape: [1, 4, 4], classes: 2, chunkSize: 5, seed: 3)
    let dataset: Dataset

    init(count: Int = 24) {
      var stream = RandomStream(seed: 11)
      let bytes = Data((0..<count * 16).map { _ in UInt8.random(in: 90...165, using: &stream) })
      func images(_ labels: [Int]) -> Dataset {
        Dataset(
          name: "grey", split: .test, shape: [1, 4, 4], bytes: bytes, labels: labels, ids: (0..<count).map { 5 * $0 },
          classNames: ["a", "b"], sha256: "0", attribution: "none")
      }
      let seen = model.predictions(for: images([Int](repeating: 0, count: count)).images(at: 0..<count))
      dataset = images(seen.enumerated().map { index, label in index % 7 == 6 ? 1 - label : label })
    }

    /// ε at which the scores of the two classes meet: |(w₀ − w₁)·x| / ‖w₀ − w₁‖₁.
    var crossings: [Double] {
      let weights = model.weights.scalars.map(Double.init)
      let slope = (0..<16).map { weights[$0] - weights[16 + $0] }
      let norm = slope.reduce(0) { $0 + abs($1) }
      return (0..<dataset.count).map { index in
        let pixels = dataset.pixels(at: index).map { Double($0) / 255 }
        return abs(zip(slope, pixels).reduce(0) { $0 + $1.0 * $1.1 }) / norm
      }
    }

    /// An ε that a quarter of the images withstand.
    var maximum: Float { Float(crossings.sorted()[3 * dataset.count / 4]) - 0.0003 }

    func search(
      _ attacks: [any Attack] = [FGSM()], maximum: Float? = nil, tolerance: Float = 0.0005, scan: Int? = 8
    ) throws -> MinimumSearch {
      let maximum = maximum ?? self.maximum
      let configuration = try MinimumConfiguration(
        models: [
          .init(
            name: "linear", source: "test", sha256: "1", kind: "linear", loss: "cross-entropy", parameterCount: 32,
            chunkSize: 5)
        ], dataset: .init(dataset), attacks: attacks.map { .init($0) }, norm: LInfinity(), goal: .untargeted,
        maximum: .init(text: "\(maximum)", value: maximum), tolerance: tolerance, scan: scan, seed: 0,
        toolVersion: "test")
      return try MinimumSearch(configuration, models: [model], attacks: attacks, dataset: dataset)
    }
  }

  @Test(arguments: [1, 3, 8])
  func findsTheCrossingOfALinearModel(scan: Int) throws {
    let subject = Subject()
    let records = try #require(try subject.search(scan: scan).run(threads: 2))
    #expect(records.map(\.image) == subject.dataset.ids)
    var statuses: Set<MinimumRecord.Status> = []
    for (index, (record, crossing)) in zip(records, subject.crossings).enumerated() {
      statuses.insert(record.status)
      if index % 7 == 6 {
        #expect(record.status == .alreadyWrong && record.epsilon == nil && record.forwards == 0)
      } else if let epsilon = record.epsilon {
        #expect(record.status == .beaten && record.prediction != record.label)
        #expect(Double(epsilon) >= crossing - 1e-6 && Double(record.failedEpsilon) <= crossing + 1e-6)
        #expect(epsilon - record.failedEpsilon <= 0.0005 * (1 + 1e-4))
        #expect(abs(record.distances["linf"]! - epsilon) < 1e-6 && abs(record.distances["l2"]! - 4 * epsilon) < 1e-5)
      } else {
        #expect(record.status == .withstood && Float(crossing) > subject.maximum - 1e-6)
        #expect(record.failedEpsilon == subject.maximum)
      }
    }
    #expect(statuses == [.beaten, .withstood, .alreadyWrong])
  }

  /// What is reported is tried again on its own, with each attack.
  @Test func theEpsilonReportedSucceeds() throws {
    let subject = Subject()
    let attacks: [any Attack] = [FGSM(), BIM(steps: 3, relativeStepSize: 0.5)]
    let records = try #require(try subject.search(attacks).run(threads: 1))
    #expect(records.count == 2 * subject.dataset.count)
    for record in records {
      guard let epsilon = record.epsilon else { continue }
      let position = try #require(subject.dataset.ids.firstIndex(of: record.image))
      let outcome = try attacks[record.attack].run(
        on: subject.model, images: subject.dataset.images(at: [position]), labels: [record.label], budgets: [epsilon])
      #expect(outcome[0].accounts[0].succeeded && outcome[0].accounts[0].prediction == record.prediction)
    }
  }

  @Test func threadsAndTheRestOfTheImagesDoNotMatter() throws {
    let subject = Subject()
    let search = try subject.search([BIM()])
    let records = try #require(try search.run(threads: 1))
    #expect(try search.run(threads: 2) == records)
    #expect(try search.run(threads: 2, isCancelled: { true }) == nil)
  }

  /// The median and its interval are those of the crossings, to within the tolerance.
  @Test func quantilesAreThoseOfTheCrossings() throws {
    let subject = Subject()
    let search = try subject.search()
    let summary = MinimumSummary(search.configuration, try #require(try search.run(threads: 2)))
    let result = summary.results[0]
    let right = subject.crossings.enumerated().filter { $0.offset % 7 != 6 }.map(\.element).sorted()
    #expect(
      result.alreadyWrong == 3 && result.trials == 21 && result.beaten == right.count { Float($0) < subject.maximum })
    let median = try #require(result.quantiles.first { $0.probability == 0.5 })
    // Rank 11 of 21; its interval is that of ranks 6 and 16 (Conover 1999, table A3).
    for (value, rank) in [(median.value, 11), (median.lower, 6), (median.upper, 16)] {
      let expected = right[rank - 1]
      if let value {
        #expect(abs(Double(value) - expected) <= 0.00051)
      } else {
        #expect(Float(expected) > subject.maximum)
      }
    }
  }

  /// Where a single step gets to is bent: the image is beaten from 0.11 to 0.15 and again from 0.42 on. Eight ε up to 0.8
  /// see the second crossing only.
  @Test func aFinerScanFindsTheFirstCrossing() throws {
    let bytes = Data(repeating: 0, count: 16)
    let dataset = Dataset(
      name: "black", split: .test, shape: [1, 4, 4], bytes: bytes, labels: [0], classNames: ["a", "b"], sha256: "0",
      attribution: "none")
    func record(_ attack: any Attack, scan: Int?) throws -> (MinimumRecord, MinimumSummary.Result) {
      let configuration = try MinimumConfiguration(
        models: [
          .init(
            name: "bent", source: "test", sha256: "1", kind: "bent", loss: "cross-entropy", parameterCount: 0,
            chunkSize: 5)
        ], dataset: .init(dataset), attacks: [.init(attack)], norm: LInfinity(), goal: .untargeted,
        maximum: .init(text: "0.8", value: 0.8),
        tolerance: 0.001, scan: scan, seed: 0, toolVersion: "test")
      let search = try MinimumSearch(configuration, models: [BentModel()], attacks: [attack], dataset: dataset)
      let records = try #require(try search.run(threads: 1))
      return (records[0], MinimumSummary(configuration, records).results[0])
    }
    let (coarse, _) = try record(FGSM(), scan: 8)
    #expect(abs(try #require(coarse.epsilon) - 0.42) < 0.0011 && coarse.failedAgainEpsilon == nil)
    let (fine, summary) = try record(FGSM(), scan: nil)
    #expect(abs(try #require(fine.epsilon) - 0.11) < 0.0011)
    // Of 0.1, 0.2, … 0.8, 0.2 is the first above at which it fails.
    #expect(fine.failedAgainEpsilon == 0.2 && summary.failedAgain == 1 && summary.beaten == 1)
    #expect(try record(BIM(), scan: nil).1.failedAgain == nil)
  }

  @Test(arguments: [(0.0, 0.001, 8), (0.3, 0.0, 8), (0.3, 0.4, 8), (0.3, 0.001, 0), (0.3, .nan, 8)])
  func impossibleOptionsAreRefused(maximum: Float, tolerance: Float, scan: Int) {
    #expect(throws: InputError.self) {
      try Subject(count: 2).search(maximum: maximum, tolerance: tolerance, scan: scan)
    }
  }
}

/// Of images of equal pixels x: class 1 if (x − 0.11) (x − 0.15) (x − 0.42) > 0, with the gradient of x.
private struct BentModel: Classifier {
  let name = "bent"
  let inputShape: Shape = [1, 4, 4]
  let classCount = 2
  let trainingLoss = Loss.crossEntropy
  let chunkSize = 5

  private struct Bend: Autodiff.Operation {
    let name = "bend"
    func value(of inputs: [Tensor], saving: Bool) -> Autodiff.Evaluation {
      func cubic(_ x: Float) -> Float { (x - 0.11) * (x - 0.15) * (x - 0.42) }
      let x = inputs[0].scalars
      return .init(Tensor(x.indices.map { $0 % 2 == 0 ? 0 : cubic(x[$0]) }, shape: inputs[0].shape))
    }
    func reverse(_ record: ReverseRecord) -> [Tensor?] { [record.gradient] }
  }

  func outputs(for images: Variable) -> ClassifierOutputs {
    let weights = Tensor((0..<32).map { $0 < 16 ? 0 : 1.0 / 16 }, shape: [2, 16])
    let scores = images.flattened().linear(images.graph.constant(weights)).applying(Bend())
    return ClassifierOutputs(scores: scores, activations: scores.softmax())
  }
}
