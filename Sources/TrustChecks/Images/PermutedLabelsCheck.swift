import Models
import Runs

/// Labels that are counted from one, in another order, or those of the next image make a good model look bad, and its
/// robustness with it.
///
/// Tested are: all labels rolled by what suits the answers best, reversed, or renamed as suits one half of the images, on the
/// other half; and the labels of the images before or after. It fires if that explains the answers beyond chance (exact McNemar
/// test at the level 0.001, divided by the number of choices), for two labels or more, if those images whose reading changes
/// would be right at least twice as often, and the model were then about as good as one may expect.
struct PermutedLabelsCheck: TrustCheck {
  let name = TrustCheckName.permutedLabels.rawValue
  let claim = "no other order of the labels explains the answers better"
  var needs: Knowledge { .labels }

  /// How many images too early or too late labels may come: a row, an entry of several bytes, or a header of some.
  private static let distances = [1, -1, 2, -2, 4, -4, 8, -8, 16, -16]

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let answers = subject.answers
    guard answers.count > 1 else { return .notApplicable("there is one image only") }
    let explanations = [rolled(subject), reversed(subject), displaced(subject), renamed(subject)].compactMap { $0 }
      .filter { $0.accuracy >= subject.plausibleAccuracy }
    guard let best = explanations.map(\.accuracy).max(),
      // The simplest of those that explain about as much.
      let chosen = explanations.first(where: { $0.accuracy >= best - 0.03 })
    else { return .passed }
    return .findings([chosen.finding])
  }

  private struct Explanation {
    let accuracy: Double
    let finding: Finding
  }

  private func rolled(_ subject: TrustCheckSubject) -> Explanation? {
    let answers = subject.answers
    let classes = answers.classCount
    var counts = [Int](repeating: 0, count: classes)
    for index in answers.indices {
      counts[(answers.labels[index] - answers.predictions[index] + classes) % classes] += 1
    }
    guard let most = counts.max(), let shift = counts.firstIndex(of: most), shift > 0,
      let reading = explanation(answers, LabelRenaming(rolledBy: shift, classCount: classes), choices: classes)
    else { return nil }
    let down = 2 * shift <= classes
    let by = down ? shift : classes - shift
    return explanation(
      subject, reading, "rolled by \(by)",
      "if every label were \(by) \(down ? "less" : "more") (modulo \(classes))",
      "\(down ? "subtract \(by) from" : "add \(by) to") every label, modulo \(classes)")
  }

  private func reversed(_ subject: TrustCheckSubject) -> Explanation? {
    let answers = subject.answers
    guard let reading = explanation(answers, LabelRenaming(reversed: answers.classCount), choices: answers.classCount)
    else { return nil }
    return explanation(
      subject, reading, "reversed",
      "if every label were \(answers.classCount - 1) less itself",
      "replace each label l by \(answers.classCount - 1) − l")
  }

  private func renamed(_ subject: TrustCheckSubject) -> Explanation? {
    let answers = subject.answers
    let order = answers.shuffled(seed: subject.configuration.seed)
    let half = order.count / 2
    let renaming = LabelRenaming(fitting: answers, at: Array(order[..<half]))
    guard let reading = explanation(answers, renaming, at: Array(order[half...]), choices: 1) else {
      return nil
    }
    let names = subject.configuration.dataset.classNames
    let moved = renaming.labels.enumerated().filter { answer, label in
      answer != label && order.contains { answers.labels[$0] == label && answers.predictions[$0] == answer }
    }
    let list = moved.prefix(10).map { "“\(names[$0.element])” (\($0.element)) → “\(names[$0.offset])” (\($0.offset))" }
    return explanation(
      subject, reading, "permuted",
      "with the labels renamed as suits the other half of the images",
      "rename labels: \(list.joined(separator: ", "))\(moved.count > 10 ? ", …" : "")")
  }

  private func displaced(_ subject: TrustCheckSubject) -> Explanation? {
    let answers = subject.answers
    let labels = Dictionary(zip(answers.ids, answers.labels), uniquingKeysWith: { first, _ in first })
    for distance in Self.distances {
      let pairs = answers.indices.compactMap { index -> (label: Int, asIs: Int, renamed: Int)? in
        guard let other = labels[answers.ids[index] + distance] else { return nil }
        // The answer is the same; what it is held against is not.
        let answer = answers.predictions[index]
        return (answer, answers.labels[index], other)
      }
      guard let reading = explanation(pairs, choices: Self.distances.count) else { continue }
      let text = "\(abs(distance)) image\(abs(distance) == 1 ? "" : "s") \(distance > 0 ? "after" : "before")"
      return explanation(
        subject, reading, "displaced",
        "with the label of the image that comes \(text)",
        "give each image the label that comes \(text) in the file: look for an entry or header too many or too few")
    }
    return nil
  }

  private func explanation(
    _ answers: CleanAnswers, _ renaming: LabelRenaming, at indices: [Int]? = nil, choices: Int
  ) -> Reading? {
    explanation(
      (indices ?? Array(answers.indices)).map { index in
        let answer = answers.predictions[index]
        return (label: answers.labels[index], asIs: answer, renamed: renaming.labels[answer])
      }, choices: choices)
  }

  private func explanation(_ pairs: [(label: Int, asIs: Int, renamed: Int)], choices: Int) -> Reading? {
    let reading = Reading(pairs)
    let moved = Reading(pairs.filter { $0.asIs != $0.renamed })
    return reading.pValue < Significance.level / Double(choices) && reading.gaining > 1
      && moved.renamed >= 2 * moved.asIs
      ? reading : nil
  }

  private func explanation(
    _ subject: TrustCheckSubject, _ reading: Reading, _ looks: String, _ condition: String, _ remedy: String
  ) -> Explanation {
    let finding = Finding(
      check: name, severity: reading.gain < 0.1 ? .warning : .error,
      title: "To \(subject.name), the labels of these images look \(looks)",
      evidence: """
        Before any attack, it is right on \(share(reading.asIs, of: reading.images)) images; \(condition), it would be on \
        \(share(reading.renamed, of: reading.images)) (exact McNemar p = \(Float(reading.pValue))).
        """,
      numbers: [
        "images": Double(reading.images), "correct": Double(reading.asIs), "correctIfRenamed": Double(reading.renamed),
        "onlyIfRenamed": Double(reading.onlyRenamed), "onlyAsTheyAre": Double(reading.onlyAsIs),
        "pValue": reading.pValue,
      ],
      remedy: "\(remedy); or take the model that was trained with these labels",
      scope: .init(model: subject.model))
    return Explanation(accuracy: Double(reading.renamed) / Double(reading.images), finding: finding)
  }
}
