import Statistics

/// Accuracy as the mean over the classes that occur, so that neither rare nor frequent classes decide it.
///
/// With recall r_k of the K classes that occur, n_k images of each, and the share s_k of images, weighted likewise, for which
/// the answer is k:
///
///     accuracy = Σ r_k / K        chance = max(1 / classes, Σ s_k / K)        effective count = K² / Σ 1/n_k
///
/// `chance` is what the same answers would get if they did not depend on the images; of a constant answer, 1/K. The effective
/// count is that of equally many images of each class whose accuracy would vary as much: all of them, if classes are balanced.
/// Classes with less than a twentieth of the mean of those that occur are left out.
struct BalancedAccuracy: Sendable {
  let accuracy: Double
  let chance: Double
  let effectiveCount: Int
  /// How many classes it is the mean of.
  let classes: Int

  init(_ answers: CleanAnswers) {
    var counts = [Int](repeating: 0, count: answers.classCount)
    for label in answers.labels { counts[label] += 1 }
    let occurring = counts.count { $0 > 0 }
    let classes = counts.indices.filter { counts[$0] > 0 && 20 * counts[$0] * occurring >= answers.count }
    let isCounted = counts.indices.map(classes.contains)
    var recall = 0.0
    var answeredAmongThem = 0.0
    for index in answers.indices where isCounted[answers.labels[index]] {
      let weight = 1 / Double(counts[answers.labels[index]])
      if answers.isCorrect(index) { recall += weight }
      if isCounted[answers.predictions[index]] { answeredAmongThem += weight }
    }
    let k = Double(max(classes.count, 1))
    self.classes = classes.count
    accuracy = min(1, recall / k)
    chance = min(1, max(1 / Double(max(answers.classCount, 1)), answeredAmongThem / k / k))
    let inverse = classes.reduce(0.0) { $0 + 1 / Double(counts[$1]) }
    effectiveCount = inverse > 0 ? Int((k * k / inverse * (1 + 1e-9)).rounded(.down)) : 0
  }

  /// How many of the effective count are right, rounded in the model's favour.
  var effectiveCorrect: Int {
    min(effectiveCount, Int((accuracy * Double(effectiveCount) * (1 - 1e-9)).rounded(.up)))
  }

  /// How likely so few would be right if the accuracy were `probability`.
  func pValue(atMost probability: Double) -> Double {
    Binomial(trials: effectiveCount, probability: probability).cumulative(effectiveCorrect)
  }

  /// How likely so many would be right if the accuracy were `probability`.
  func pValue(atLeast probability: Double) -> Double {
    Binomial(trials: effectiveCount, probability: probability).atLeast(effectiveCorrect)
  }
}
