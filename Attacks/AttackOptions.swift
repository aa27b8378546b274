/// How an attack is run, beyond its hyperparameters.
public struct AttackOptions {
  /// Attack every image at every budget, even one already beaten at a smaller budget: curves need not be monotone.
  public var rawCurves: Bool
  /// The seed of random starts.
  public var seed: UInt64
  /// What keys each image's random numbers; its position in the batch if `nil`.
  public var imageIDs: [Int]?
  /// The predictions for the unperturbed images, when they are already known; they are computed if `nil`.
  public var cleanPredictions: [Int]?
  /// A pass of the unperturbed images, if there is one: it saves the attack its own. Accounts count it all the same.
  public var cleanPass: CleanPass?
  /// Whether to give up: asked between steps, and before each gradient.
  public var isCancelled: @Sendable () -> Bool

  public init(
    rawCurves: Bool = false, seed: UInt64 = 0, imageIDs: [Int]? = nil, cleanPredictions: [Int]? = nil,
    cleanPass: CleanPass? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.rawCurves = rawCurves
    self.seed = seed
    self.imageIDs = imageIDs
    self.cleanPredictions = cleanPredictions
    self.cleanPass = cleanPass
    self.isCancelled = isCancelled
  }

  /// - Throws: `CancellationError` if the attack is to give up.
  func checkCancellation() throws {
    if isCancelled() { throw CancellationError() }
  }
}
