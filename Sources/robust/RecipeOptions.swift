import ArgumentParser
import Diagnostics
import Models
import Training

/// The options of `robust train` that make its recipe.
struct RecipeOptions: ParsableArguments {
  @Option(help: "Passes over the training images.")
  var epochs: Int = Recipe().epochs

  @Option(help: "Images per step.")
  var batchSize: Int = Recipe().batchSize

  @Option(help: "Adam's step size.")
  var learningRate: Float = Recipe().learningRate

  @Option(
    help: "How the step size changes: \(LearningRateSchedule.allCases.map(\.rawValue).joined(separator: ", ")).")
  var schedule: String = Recipe().schedule.rawValue

  @Option(help: "Decoupled weight decay.")
  var weightDecay: Float = Recipe().weightDecay

  @Option(help: "First and last margin of the spread loss, FIRST:LAST.")
  var margin: String = "0.2:0.9"

  @Option(help: "Epochs over which the spread loss's margin grows.")
  var marginEpochs: Double = Recipe().marginEpochs

  @Flag(help: "Mirror training images left to right, half of the time.")
  var flip = false

  @Option(help: "Move training images by up to N pixels each way.")
  var shift: Int = 0

  @Option(
    parsing: .unconditional,
    help: "Make prepared training images brighter or darker by up to X, in standard deviations of the image.")
  var brightness: Float?

  @Option(help: "Multiply prepared training images by a factor from LOWER:UPPER, for example 0.5:1.5.")
  var contrast: String?

  @Option(help: "Train this part alone and leave the other weights as they are: decoder.")
  var only: String?

  @Option(help: "Seeds weights, order, dropout, crops and augmentation.")
  var seed: UInt64 = 1

  func recipe() throws -> Recipe {
    var recipe = Recipe()
    recipe.epochs = epochs
    recipe.batchSize = batchSize
    recipe.learningRate = learningRate
    recipe.schedule = try .parse(schedule, option: "--schedule", what: "schedule")
    recipe.weightDecay = weightDecay
    let margins = margin.split(separator: ":").compactMap { Float($0) }
    guard margins.count == 2 else {
      throw InputError(.usage, "--margin", "“\(margin)”", remedy: "write FIRST:LAST, for example 0.2:0.9")
    }
    recipe.firstMargin = margins[0]
    recipe.lastMargin = margins[1]
    recipe.marginEpochs = marginEpochs
    recipe.augmentation.flips = flip
    recipe.augmentation.shift = shift
    if brightness != nil || contrast != nil {
      recipe.augmentation.jitter = Jitter(brightness: brightness ?? 0, contrast: try contrastRange())
    }
    recipe.seed = seed
    recipe.onlyPart = try only.map { try .parse($0, option: "--only", what: "part") }
    try recipe.validate()
    return recipe
  }
  private func contrastRange() throws -> ClosedRange<Float> {
    guard let contrast else { return 1...1 }
    let factors = contrast.split(separator: ":", omittingEmptySubsequences: false).map { Float($0) }
    guard factors.count == 2, let lower = factors[0], let upper = factors[1], lower <= upper else {
      throw InputError(
        .usage, "--contrast", "“\(contrast)”", remedy: "write LOWER:UPPER, the smaller first, for example 0.5:1.5")
    }
    return lower...upper
  }
}
