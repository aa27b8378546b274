import Diagnostics
import Models
import Runs
import Statistics

/// The robustness of a model that does not classify the images means nothing: they, their labels or the weights are not what
/// they are taken for.
///
/// Two exact binomial tests of the balanced accuracy at the level 0.001 must agree: it is below what a model of any use has,
/// and not above what is hardly more than chance.
///
///     of use:   min(4 · chance, chance + (1 − chance) / 4)        hardly more:   min(2 · chance, chance + (1 − chance) / 10)
struct ChanceAccuracyCheck: TrustCheck {
  let name = TrustCheckName.chanceAccuracy.rawValue
  let claim = "before any attack, the model is right more often than by chance"
  var needs: Knowledge { .labels }

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let answers = subject.answers
    let balanced = BalancedAccuracy(answers)
    guard balanced.classes > 1 else { return .notApplicable("the images are all of one class") }
    let chance = balanced.chance
    let useful = min(4 * chance, chance + (1 - chance) / 4)
    let hardly = min(2 * chance, chance + (1 - chance) / 10)
    guard Binomial(trials: balanced.effectiveCount, probability: useful).cumulative(0) < Significance.level else {
      return .notApplicable("\(answers.count) images are too few to tell a model from chance")
    }
    let pValue = balanced.pValue(atMost: useful)
    guard pValue < Significance.level, balanced.pValue(atLeast: hardly) >= Significance.level else { return .passed }
    return .findings([
      Finding(
        check: name, severity: .error, title: "\(subject.name) does not classify these images",
        evidence: """
          Before any attack, \(share(answers.correct, of: answers.count)) are right; averaged over \(balanced.classes) \
          classes, \(percent(balanced.accuracy)), where answers that ignore the image would get \(percent(chance))\
          \(favourite(answers, subject)).
          """,
        numbers: [
          "images": Double(answers.count), "correct": Double(answers.correct), "balancedAccuracy": balanced.accuracy,
          "chance": chance, "pValue": pValue,
        ],
        remedy: """
          the robustness of a model that is not right means nothing: give it the kind of images and labels that it was \
          trained on, and its own weights; other findings may say what was done to them\(preparation(subject))
          """, scope: .init(model: subject.model))
    ])
  }

  /// What is said of models that may want images prepared.
  private func preparation(_ subject: TrustCheckSubject) -> String {
    let model = subject.configuration.models[subject.model]
    guard model.isForeign else { return "" }
    let done = model.preprocessingPhrases
    let state =
      done.isEmpty
      ? "it is given pixels in [0, 1] as they are" : "before it, images are \(done.joined(separator: ", "))"
    let settings = [Setting.range, .mean, .std, .channels, .resize].map { "\($0)" }.joined(separator: ", ")
    return "; \(state), and what it was trained with may be otherwise: \(settings)"
  }

  /// What is said of an answer that more than half of the images get.
  private func favourite(_ answers: CleanAnswers, _ subject: TrustCheckSubject) -> String {
    let counts = Dictionary(answers.predictions.map { ($0, 1) }, uniquingKeysWith: +)
    guard let (label, count) = counts.max(by: { ($0.value, -$0.key) < ($1.value, -$1.key) }),
      2 * count > answers.count
    else { return "" }
    return "; “\(subject.configuration.dataset.classNames[label])” is its answer to \(share(count, of: answers.count))"
  }
}

/// A share in percent, with one decimal.
func percent(_ share: Double) -> String { "\((1000 * share).rounded() / 10)%" }
