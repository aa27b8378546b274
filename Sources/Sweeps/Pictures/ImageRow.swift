public import Foundation
public import Runs

/// One attacked image to be shown: clean, perturbation and adversarial, as PNG.
public struct ImageRow: Sendable {
  /// What happened to the image; positions refer to the run's configuration.
  public var record: EvaluationRecord
  public var cleanPNG: Data
  /// The perturbation, with grey for zero.
  public var perturbationPNG: Data
  public var adversarialPNG: Data
  /// By how much the perturbation is magnified.
  public var magnification: Double
  /// What the model takes the adversarial PNG for, read back.
  public var filePrediction: Int
  /// Whether that PNG equals the clean one.
  public var isUnchanged: Bool

  /// - Parameter filePrediction: the record's own prediction if nil.
  public init(
    record: EvaluationRecord, cleanPNG: Data, perturbationPNG: Data, adversarialPNG: Data, magnification: Double,
    filePrediction: Int? = nil, isUnchanged: Bool = false
  ) {
    self.record = record
    self.cleanPNG = cleanPNG
    self.perturbationPNG = perturbationPNG
    self.adversarialPNG = adversarialPNG
    self.magnification = magnification
    self.filePrediction = filePrediction ?? record.prediction
    self.isUnchanged = isUnchanged
  }
}
