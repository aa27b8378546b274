import Statistics

/// Another reading of the answers: class `label(of: answer)` wherever the model says `answer`, one label for each.
struct LabelRenaming: Sendable, Equatable {
  /// By answer.
  let labels: [Int]

  init(labels: [Int]) { self.labels = labels }

  /// Every label is `shift` more than the answer, modulo the number of classes.
  init(rolledBy shift: Int, classCount: Int) {
    labels = (0..<classCount).map { ($0 + shift) % classCount }
  }

  init(reversed classCount: Int) { labels = (0..<classCount).reversed() }

  /// The one that suits the answers at `indices`: the most frequent pair of answer and label first, then the most frequent of
  /// what is left; of equals, what renames nothing.
  init(fitting answers: CleanAnswers, at indices: [Int]) {
    struct Pair: Hashable { var answer, label: Int }
    var counts: [Pair: Int] = [:]
    for index in indices {
      counts[Pair(answer: answers.predictions[index], label: answers.labels[index]), default: 0] += 1
    }
    func rank(_ entry: (key: Pair, value: Int)) -> (Int, Int, Int, Int) {
      (-entry.value, entry.key.answer == entry.key.label ? 0 : 1, entry.key.answer, entry.key.label)
    }
    var chosen = [Int?](repeating: nil, count: answers.classCount)
    var isTaken = [Bool](repeating: false, count: answers.classCount)
    for (pair, _) in counts.sorted(by: { rank($0) < rank($1) })
    where chosen[pair.answer] == nil && !isTaken[pair.label] {
      chosen[pair.answer] = pair.label
      isTaken[pair.label] = true
    }
    for answer in chosen.indices where chosen[answer] == nil && !isTaken[answer] {
      chosen[answer] = answer
      isTaken[answer] = true
    }
    var free = isTaken.indices.filter { !isTaken[$0] }.makeIterator()
    labels = chosen.map { $0 ?? free.next()! }
  }

  /// By how much every label is rolled, if all are by the same.
  var shift: Int? {
    guard let first = labels.first, self == LabelRenaming(rolledBy: first, classCount: labels.count) else { return nil }
    return first
  }
}

/// How a reading of some answers compares with taking them as they are.
struct Reading: Sendable {
  private(set) var images = 0
  private(set) var asIs = 0
  private(set) var renamed = 0
  private(set) var onlyAsIs = 0
  private(set) var onlyRenamed = 0
  /// The labels that it gets right more often.
  private(set) var gaining = 0

  /// - Parameter pairs: of each image its label, and the class read from the answer as it is and otherwise.
  init(_ pairs: some Sequence<(label: Int, asIs: Int, renamed: Int)>) {
    var gains: [Int: Int] = [:]
    for (label, plain, other) in pairs {
      images += 1
      let (isRight, wouldBe) = (plain == label, other == label)
      asIs += isRight ? 1 : 0
      renamed += wouldBe ? 1 : 0
      onlyAsIs += isRight && !wouldBe ? 1 : 0
      onlyRenamed += wouldBe && !isRight ? 1 : 0
      gains[label, default: 0] += (wouldBe ? 1 : 0) - (isRight ? 1 : 0)
    }
    gaining = gains.values.count { $0 > 0 }
  }

  /// How likely it would be right so often alone, were both equally good: the one-sided exact test of McNemar.
  var pValue: Double {
    McNemarTest.exactPValue(firstLarger: PairedProportions(onlyFirst: onlyRenamed, onlySecond: onlyAsIs))
  }

  /// Images that are right more, as a share of all.
  var gain: Double { images > 0 ? Double(renamed - asIs) / Double(images) : 0 }
}
