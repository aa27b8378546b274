import Diagnostics
import Foundation

/// Training has numbers that are not finite, from which nothing can be learnt any more.
public struct TrainingDivergence: Error, Sendable, CustomStringConvertible {
  /// What is not finite.
  public enum Quantity: String, Sendable {
    case loss
    case weights = "gradient or the weights"
    case scores = "scores of the trained model"
  }

  public let quantity: Quantity
  /// Steps that were done, and epochs begun, when it came to light; nil if no step brought it to light.
  public let place: (epoch: Int, step: Int)?
  /// What can be done about it.
  public var remedy: String
  /// What is left of the run, if that is known.
  public var kept: String?

  init(_ quantity: Quantity, place: (epoch: Int, step: Int)?, recipe: Recipe?) {
    self.quantity = quantity
    self.place = place
    remedy = Self.remedy(quantity, place, recipe)
  }

  public var description: String {
    let at = place.map { " in step \($0.step) (epoch \($0.epoch))" } ?? ""
    let verb = quantity == .loss ? "is" : "are"
    return
      "training diverged: the \(quantity.rawValue) \(verb) not finite\(at)\(kept.map { "; \($0)" } ?? "")\n  → \(remedy)"
  }

  private static func remedy(_ quantity: Quantity, _ place: (epoch: Int, step: Int)?, _ recipe: Recipe?) -> String {
    guard let recipe else { return "train anew with a smaller learning rate" }
    if quantity == .loss, place?.step == 1 {
      return
        "no step was taken yet, so look at what training began with: the weights of \(Setting.startingModel), "
        + "\(Setting.temperature), \(Setting.brightness) and \(Setting.contrast)"
    }
    let rate = min(Recipe().learningRate, recipe.learningRate / 10)
    var changes = ["a smaller \(Setting.learningRate), for example \(Self.short(rate))"]
    if recipe.learningRate * recipe.weightDecay > 0.1 {
      changes.append("a smaller \(Setting.weightDecay), for example \(Self.short(0.001 / recipe.learningRate))")
    }
    return "train anew with \(changes.joined(separator: ", and "))"
  }

  /// One significant digit.
  private static func short(_ value: Float) -> String { String(format: "%.1g", value) }
}
