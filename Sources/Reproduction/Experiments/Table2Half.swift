import Datasets
import Models
import Runs
import Statistics
import Text

/// One half of Table 2: a CNN and capsules, matched on the familiar viewpoints of one axis, on its novel ones.
struct Table2Half {
  /// A model on both kinds of test images.
  private struct Tested {
    let name: String
    let trained: TrainedModel
    let familiar: Predictions
    let novel: Predictions
  }

  private let split: ViewpointSplit
  private let cnn: Tested
  private let capsules: Tested
  /// Steps between evaluations of the model that is stopped.
  let interval: Int
  /// Whether the CNN was stopped at the capsules' error, as they did not reach the CNN's.
  private let isReversed: Bool

  init(_ split: ViewpointSplit, _ context: ReproductionContext) throws {
    self.split = split
    let training = try split.familiar(try context.training())
    let test = try context.test()
    let (familiar, novel) = (try split.familiar(test), try split.novel(test))
    let networks = try context.networks()
    let epochs = 3 * context.settings.epochs
    let interval = max(1, training.count / 32 / 4)
    self.interval = interval
    func tested(_ name: String, _ trained: TrainedModel) throws -> Tested {
      Tested(
        name: name, trained: trained, familiar: try context.predictions(of: trained, on: familiar),
        novel: try context.predictions(of: trained, on: novel))
    }
    func trained(_ variant: Variant, as good: Tested? = nil) throws -> TrainedModel {
      try context.trained(
        variant, on: training,
        upTo: good.map { .init(images: familiar, errors: $0.familiar.errors, interval: interval) })
    }
    let wholeCNN = try tested("CNN", trained(networks.cnn("cnn-\(split)", epochs: epochs)))
    // With 0.003 all classes are 0 or 1, and the gradient is 0, after two of six epochs on ToyNORB's familiar azimuths.
    let capsulesVariant = networks.capsules("capsules-\(split)", epochs: epochs, learningRate: 1.5e-3) {
      $0.iterations = 2
    }
    let matched = try tested("capsules", trained(capsulesVariant, as: wholeCNN))
    isReversed = matched.trained.account.matching?.isMatched == false
    guard isReversed else {
      (cnn, capsules) = (wholeCNN, matched)
      return
    }
    capsules = matched
    cnn = try tested("CNN", trained(networks.cnn("cnn-\(split)", epochs: epochs), as: matched))
  }

  var models: [TrainedModel] { [cnn.trained, capsules.trained] }

  private var published: Published.Viewpoints { split == .azimuth ? Published.azimuth : Published.elevation }

  /// Which of the two is right on novel images.
  private var pairs: PairedProportions {
    var pairs = PairedProportions()
    for (cnn, capsules) in zip(cnn.novel.isCorrect, capsules.novel.isCorrect) {
      pairs.add(first: cnn, second: capsules)
    }
    return pairs
  }

  var rows: [[Cell]] {
    let p = McNemarTest(pairs).pValue
    return [(cnn, published.cnnNovel), (capsules, published.capsulesNovel)].flatMap { model, novel in
      [("familiar", model.familiar, published.familiar), ("novel", model.novel, novel)].map {
        kind, predictions, paper in
        let interval = Statistics.wilson(successes: predictions.errors, trials: predictions.labels.count)
        return [
          .text("\(kind) \(split)"), .text(model.name), .text(ending(of: model)), .published(percent: paper),
          .share(error(predictions)), .interval(interval.lower, interval.upper), .count(predictions.errors),
          .count(predictions.labels.count),
          kind == "novel" && model.name == capsules.name ? .probability(p) : .none,
        ]
      }
    }
  }

  var comparisons: [ExperimentResult.Comparison] {
    [
      ("familiar, CNN", published.familiar, cnn.familiar),
      ("familiar, capsules", published.familiar, capsules.familiar),
      ("novel, CNN", published.cnnNovel, cnn.novel), ("novel, capsules", published.capsulesNovel, capsules.novel),
    ].map { what, paper, predictions in
      .init(
        "test error, \(split), \(what)", published: Cell.published(percent: paper).text,
        ours: Cell.share(error(predictions)).text)
    }
  }

  /// The evaluations of the model that was stopped.
  var curve: [[Cell]] {
    let model = isReversed ? cnn : capsules
    return (model.trained.account.matching?.curve ?? []).map { point in
      [
        .text("familiar \(split)"), .text(model.name), .count(point.step),
        .share(Double(point.errors) / Double(model.familiar.labels.count)),
      ]
    }
  }

  var finding: String {
    let (cnnError, capsulesError) = (error(cnn.novel), error(capsules.novel))
    let change = cnnError > 0 ? Cell.share(abs(capsulesError / cnnError - 1)).text : "–"
    let direction =
      capsulesError < cnnError
      ? "\(change) fewer errors than" : capsulesError > cnnError ? "\(change) more errors than" : "as many errors as"
    let p = Cell.probability(McNemarTest(pairs).pValue).text
    var text =
      "Novel \(split): the capsules make \(direction) the CNN, \(Cell.share(capsulesError).text) and "
      + "\(Cell.share(cnnError).text) (McNemar p \(p.hasPrefix("<") ? p : "= " + p)); familiar: "
      + "\(Cell.share(error(capsules.familiar)).text) and \(Cell.share(error(cnn.familiar)).text). The paper has 30% fewer."
    if isReversed {
      text +=
        " The capsules did not reach the error of the CNN on familiar viewpoints, so the CNN was stopped at theirs."
    }
    return text
  }

  private func ending(of model: Tested) -> String {
    guard let matching = model.trained.account.matching else { return "to the end" }
    return matching.isMatched
      ? "stopped at step \(Cell.count(model.trained.account.steps).text)"
      : "nearest, at step \(Cell.count(model.trained.account.steps).text)"
  }

  private func error(_ predictions: Predictions) -> Double {
    Double(predictions.errors) / Double(predictions.labels.count)
  }
}
