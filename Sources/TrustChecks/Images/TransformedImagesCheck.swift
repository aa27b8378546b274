import Datasets
import Models
import Runs
import Statistics
import Sweeps
import Tensors

/// Images that were inverted, turned or scrambled on the way make a good model look bad, and its robustness with it.
///
/// Undone, the model is right far more often. First 6, then 16 images that it gets wrong are tried in each way; the two best
/// ways, and those that equal the second, are tried, if they repair enough, on 256 images of all kinds. It fires if there the gain is at least 5 points and
/// beyond chance (exact McNemar test at the level 0.001, divided by the number of ways), and the model is then about as good as
/// one may expect.
struct TransformedImagesCheck: TrustCheck {
  let name = TrustCheckName.transformedImages.rawValue
  let claim = "no simple transform of the images explains the answers better"
  var needs: Knowledge { .labels }

  /// How many wrong images are tried, how many of them a way must repair to be tried further, in rounds.
  private static let rounds = [(images: 6, repaired: 2), (images: 16, repaired: 7)]
  private static let sampleSize = 256
  private static let smallestGain = 0.05
  private static let errorGain = 0.15

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let answers = subject.answers
    let order = answers.shuffled(seed: subject.configuration.seed)
    let sample = Array(order.prefix(Self.sampleSize))
    let images = subject.sweep.dataset.images(at: sample.map { answers.positions[$0] })
    // From another point of view, another orientation may well look more familiar.
    let ways = ImageTransform.all(
      for: subject.sweep.dataset.shape, images: images, model: subject.configuration.models[subject.model]
    ).filter {
      subject.configuration.dataset.viewpoints == nil || !$0.isGeometric
    }
    let wrong = sample.indices.filter { !answers.isCorrect(sample[$0]) }
    // All that are wrong repaired, and no other spoilt, would not be enough.
    let level = Significance.level / Double(max(ways.count, 1))
    guard McNemarTest.exactPValue(firstLarger: PairedProportions(onlyFirst: wrong.count, onlySecond: 0)) < level,
      Double(wrong.count) >= Self.smallestGain * Double(sample.count)
    else { return .passed }

    let labels = sample.map { answers.labels[$0] }
    func repaired(_ way: ImageTransform, _ rows: some Sequence<Int>) throws -> [Bool] {
      let rows = Array(rows)
      try subject.sample.checkCancellation()
      let predictions = subject.classifier.predictions(forChunksOf: way(images.rows(at: rows)))
      return zip(predictions, rows).map { $0 == labels[$1] }
    }
    var scores = [Int](repeating: 0, count: ways.count)
    var candidates = Array(ways.indices)
    var tried = 0
    for round in Self.rounds where tried < wrong.count {
      let next = wrong[tried..<min(round.images, wrong.count)]
      for way in candidates { scores[way] += try repaired(ways[way], next).count { $0 } }
      tried = next.endIndex
      candidates.removeAll { scores[$0] * round.images < round.repaired * tried }
    }
    let ordered = candidates.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    // Preparations of pixels are much alike: with those that repaired as many as the second best.
    let best = ordered.prefix(8).filter { scores[$0] >= scores[ordered[min(1, ordered.count - 1)]] }
    let findings = try best.compactMap { index -> (gain: Double, finding: Finding)? in
      let would = try repaired(ways[index], sample.indices)
      let pairs = PairedProportions(would, sample.map(answers.isCorrect))
      let gain = Double(pairs.first - pairs.second) / Double(sample.count)
      let pValue = McNemarTest.exactPValue(firstLarger: pairs)
      let isPlausible = Double(pairs.first) >= subject.plausibleAccuracy * Double(sample.count)
      guard gain >= Self.smallestGain, pValue < level, isPlausible else { return nil }
      return (gain, finding(subject, ways[index], pairs, gain, pValue))
    }
    let largest = findings.map(\.gain).max()
    return .findings(findings.first { $0.gain == largest }.map { [$0.finding] } ?? [])
  }

  private func finding(
    _ subject: TrustCheckSubject, _ way: ImageTransform, _ pairs: PairedProportions, _ gain: Double, _ pValue: Double
  ) -> Finding {
    Finding(
      check: name, severity: gain < Self.errorGain ? .warning : .error,
      title: "To \(subject.name), these images look \(way.title)",
      evidence: """
        Before any attack, it is right on \(share(pairs.second, of: pairs.count)) of a sample; with that undone, it would be \
        on \(share(pairs.first, of: pairs.count)) (exact McNemar p = \(Float(pValue))).
        """,
      numbers: [
        "images": Double(pairs.count), "correct": Double(pairs.second), "correctIfUndone": Double(pairs.first),
        "onlyIfUndone": Double(pairs.onlyFirst), "onlyAsTheyAre": Double(pairs.onlySecond), "pValue": pValue,
      ], remedy: "\(way.remedy); or take the model that was trained on such images", scope: .init(model: subject.model))
  }
}
