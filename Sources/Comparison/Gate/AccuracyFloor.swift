public import Attacks
import Diagnostics
import Files
import Foundation
import Runs
import Statistics

/// An accuracy that a run has to have, whatever its baseline has: `0.5@8/255` under every attack at ε = 8/255, `0.9` before any.
public struct AccuracyFloor: Sendable, Hashable {
  /// As it was written.
  public var text: String
  /// In [0, 1].
  public var accuracy: Double
  /// Nil before any attack.
  public var budget: Budget?

  /// Reads `ACCURACY` or `ACCURACY@EPSILON`.
  ///
  /// - Throws: `InputError` of kind `.usage` for anything else.
  public init(parsing text: String) throws {
    func error(_ problem: String) -> InputError {
      InputError(
        .usage, "\(Setting.floors) “\(text)”", problem,
        remedy:
          "write a share of the images and an ε, such as 0.5@8/255; or the share alone for images before any attack")
    }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count <= 2 else { throw error("there is more than one ε") }
    guard let accuracy = Double(parts[0]) else { throw error("“\(parts[0])” is not a number") }
    guard accuracy >= 0, accuracy <= 1 else {
      throw error("found an accuracy of \(parts[0]); expected a share of the images from 0 to 1")
    }
    self.text = text
    // Not −0, which prints with its sign.
    self.accuracy = accuracy == 0 ? 0 : accuracy
    guard parts.count == 2 else { return }
    let written = parts[1].trimmingCharacters(in: .whitespaces)
    guard let value = BudgetList.exactValue(of: written).map({ Float($0) }), value.isFinite, value >= 0 else {
      throw error("“\(parts[1])” is not one ε")
    }
    if value > 0 { budget = Budget(text: written, value: value) }
  }

  /// `ACCURACY@EPSILON` for another accuracy.
  public func text(for accuracy: Double) -> String { "\(accuracy)" + (budget.map { "@\($0.text)" } ?? "") }

  /// - Throws: `InputError` of kind `.file` if a run of `configuration` says nothing about it.
  func requireMeaning(in configuration: RunConfiguration) throws {
    if let budget, let problem = configuration.norm.problem(ofBudget: Double(budget.value)) {
      throw InputError(
        .usage, Setting.floors.set(to: text), problem,
        remedy: "ask for an ε of the run: \(configuration.budgets.map(\.text).joined(separator: ", "))")
    }
    guard let budget, !configuration.budgets.contains(budget) else { return }
    let budgets = configuration.budgets.map(\.text)
    throw Pairing.mismatch(
      "\(Setting.floors.set(to: text)) asks for ε = \(budget.text), and the run has \(budgets.joined(separator: ", "))",
      "sweep again with \(Setting.budgets.set(to: (budgets + [budget.text]).joined(separator: ","))), or ask for an ε that "
        + "the run has"
    )
  }
}

extension Gate {
  /// One model, clean or under one attack with one goal at one budget, beside the accuracy that is required of it.
  ///
  /// It is decided by the score test of one proportion, which is the bound of Wilson's interval (Wilson 1927).
  public struct Floor: Sendable, Hashable {
    public var floor: AccuracyFloor
    /// Of the run.
    public var key: Outcomes.Key
    /// Of the baseline, if it has the group too.
    public var baselineKey: Outcomes.Key?
    public var correct: Int
    public var count: Int
    /// Of the accuracy, with confidence 1 − 2α: the bounds are those of the two one-sided tests.
    public var interval: ClosedRange<Double>
    /// Of “the accuracy is at least the required one”, before and after Holm's adjustment over all groups and floors.
    public var regressionPValue: Double
    public var adjustedPValue: Double
    /// Of “the accuracy is at most the required one”.
    public var passPValue: Double
    public var verdict: Verdict
    /// For an inconclusive one, how many images would probably decide; nil if there are not so many.
    public var imagesToDecide: Int?

    init(_ floor: AccuracyFloor, _ group: Outcomes.Group, alpha: Double) {
      self.floor = floor
      key = group.key
      (correct, count) = (group.correctCount, group.correct.count)
      let bounds = Statistics.wilson(successes: correct, trials: count, upperTail: alpha)
      interval = bounds.lower...bounds.upper
      let share = count > 0 ? Double(correct) / Double(count) : 0
      let spread = (floor.accuracy * (1 - floor.accuracy) / Double(max(count, 1))).squareRoot()
      // An accuracy of 0 or 1 is a certainty, which one image refutes and none can prove.
      let z = spread > 0 ? (share - floor.accuracy) / spread : share < floor.accuracy ? -.infinity : .infinity
      passPValue = Statistics.normalUpperTail(z)
      regressionPValue = Statistics.normalUpperTail(-z)
      adjustedPValue = regressionPValue
      verdict = .inconclusive
    }

    public var accuracy: Double { count > 0 ? Double(correct) / Double(count) : 0 }

    mutating func decide(_ options: Options, available: Int?) {
      if adjustedPValue <= options.alpha {
        verdict = .regression
      } else if passPValue <= options.alpha {
        verdict = .pass
      } else {
        imagesToDecide = Statistics.imagesToDecide(accuracy, required: floor.accuracy, alpha: options.alpha)
          .map { max($0, count + 1) }.flatMap { images in (available ?? 0) >= images ? images : nil }
      }
    }

    /// The largest accuracy that these images prove, rounded down.
    public var decidableAccuracy: Double? {
      let lower = (interval.lowerBound * 1000).rounded(.down) / 1000
      return lower > 0 ? lower : nil
    }
  }

  /// Those of `outcomes` that each of the required accuracies is about.
  static func floors(_ options: Options, _ run: Baseline) throws -> [Floor] {
    try options.floors.flatMap { floor in
      try floor.requireMeaning(in: run.configuration)
      return run.outcomes.groups.filter { $0.key.budget?.value == floor.budget?.value }
        .map { Floor(floor, $0, alpha: options.alpha) }
    }
  }
}
