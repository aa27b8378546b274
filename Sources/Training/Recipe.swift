import Diagnostics
import Foundation
import Models

/// Everything that determines a training run besides the model and the data.
public struct Recipe: Codable, Hashable, Sendable {
  public var epochs = 20
  public var batchSize = 64
  public var learningRate: Float = 3e-3
  public var schedule = LearningRateSchedule.cosine
  /// Decoupled weight decay per step, times the learning rate.
  public var weightDecay: Float = 0
  /// For the spread loss: the margin grows linearly from the first to the last value, over the first `marginEpochs` epochs.
  public var firstMargin: Float = 0.2
  public var lastMargin: Float = 0.9
  public var marginEpochs: Double = 5
  public var augmentation = Augmentation()
  public var seed: UInt64 = 1
  /// The only part of the model that is trained; nil for all of it.
  public var onlyPart: Part?

  /// A part of a model that can be trained alone.
  public enum Part: String, Codable, Hashable, Sendable, CaseIterable {
    case decoder
  }

  public init() {}

  /// Whether the tensor called `name` is in the part that is trained.
  func trains(_ name: String) -> Bool {
    switch onlyPart {
    case nil: true
    case .decoder: name.hasPrefix(Decoder.prefix)
    }
  }

  public func validate() throws {
    func fail(_ setting: Setting, _ problem: String, _ remedy: String) -> InputError {
      InputError(.usage, setting, problem, remedy: remedy)
    }
    guard (1...100_000).contains(epochs) else { throw fail(.epochs, "\(epochs)", "use at least 1") }
    guard (1...65_536).contains(batchSize) else { throw fail(.batchSize, "\(batchSize)", "use 1 to 65,536") }
    guard learningRate > 0, learningRate.isFinite else {
      throw fail(.learningRate, "\(learningRate)", "use a positive number such as 0.003")
    }
    guard weightDecay >= 0, weightDecay.isFinite else {
      throw fail(.weightDecay, "\(weightDecay)", "use 0 or more")
    }
    guard firstMargin > 0, lastMargin >= firstMargin, lastMargin <= 1 else {
      throw fail(.margins, "\(firstMargin):\(lastMargin)", "use margins with 0 < first ≤ last ≤ 1")
    }
    guard marginEpochs >= 0, marginEpochs.isFinite else {
      throw fail(.marginEpochs, "\(marginEpochs)", "use 0 or more epochs")
    }
    guard (0...64).contains(augmentation.shift) else {
      throw fail(.shift, "\(augmentation.shift)", "use 0 to 64 pixels")
    }
    if let jitter = augmentation.jitter {
      guard jitter.brightness >= 0, jitter.brightness.isFinite else {
        throw fail(.brightness, "\(jitter.brightness)", "use 0 or more standard deviations, for example 1")
      }
      guard jitter.contrast.lowerBound > 0, jitter.contrast.upperBound.isFinite else {
        throw fail(
          .contrast, "\(jitter.contrast.lowerBound):\(jitter.contrast.upperBound)",
          "use factors above 0, for example 0.5:1.5")
      }
    }
  }

  /// The spread loss's margin after `epoch` epochs (fractional).
  func margin(at epoch: Double) -> Float {
    guard marginEpochs > 0 else { return lastMargin }
    return firstMargin + (lastMargin - firstMargin) * Float(min(1, epoch / marginEpochs))
  }
}

/// How the learning rate changes over a run.
public enum LearningRateSchedule: String, Codable, Hashable, Sendable, CaseIterable {
  case constant
  /// × 0.96 every 20,000 steps, as the authors of EM routing did.
  case exponential
  /// From 1 to 0 along half a cosine over the run (Loshchilov & Hutter 2017, without restarts).
  case cosine
  /// From 1 to 0 in a straight line over the run.
  case linear

  /// The factor on the learning rate at `step` of `total`.
  func factor(step: Int, of total: Int) -> Float {
    let progress = Double(step) / Double(max(total, 1))
    switch self {
    case .constant: return 1
    case .exponential: return Float(pow(0.96, Double(step) / 20_000))
    case .cosine: return Float(0.5 * (1 + cos(.pi * progress)))
    case .linear: return Float(1 - progress)
    }
  }
}
