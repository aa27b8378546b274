import Diagnostics

/// How many steps an attack takes at a budget, and how long they are.
public enum Steps: Codable, Hashable, Sendable {
  /// `count` steps of α = `relativeSize` · ε.
  case relative(count: Int, relativeSize: Float)
  /// `count` steps of α = `size`, at every budget.
  case absolute(count: Int, size: Budget)
  /// Those of Kurakin et al. 2017 in L∞: α = 1/255 and min(ε₂₅₅ + 4, 1.25 ε₂₅₅) steps, ε₂₅₅ = 255 ε, rounded up so that the
  /// steps always reach the edge of the ball. (The paper does not say how it rounds; for ε of 4, 8 or 16 levels nothing is
  /// rounded.)
  case kurakin

  /// What `kurakin` is called in place of a number of steps.
  package static let kurakinName = "kurakin"

  static let argumentNames = ["steps", "relativeStepSize", "stepSize"]

  /// Takes its parts out of `arguments`.
  ///
  /// - Parameter relativeSize: α/ε for a number of steps, if nothing is said of it.
  init(_ arguments: inout AttackArguments, count: Int, relativeSize: (Int) -> Float) throws {
    var copy = arguments
    if copy.text("steps")?.lowercased() == Self.kurakinName {
      _ = arguments.text("steps")
      guard arguments.text("relativeStepSize") == nil, arguments.text("stepSize") == nil else {
        throw InputError(
          arguments.kind, arguments.subject,
          "steps: kurakin sets the size of the steps itself, but one is given as well",
          remedy: "leave out the size of the steps (\(Setting.stepSize)), or kurakin (\(Setting.kurakin))")
      }
      self = .kurakin
      return
    }
    let count = try arguments.integer("steps", in: 1...10_000) ?? count
    let relative = try arguments.number(
      "relativeStepSize", expected: "a multiple of ε above 0 and at most 2, such as 0.2"
    ) { $0 > 0 && $0 <= 2 }
    if let text = arguments.text("stepSize") {
      guard relative == nil else {
        throw InputError(
          arguments.kind, arguments.subject, "relativeStepSize and stepSize are both given", remedy: "give one of them")
      }
      guard let value = BudgetList.exactValue(of: text).map({ Float($0) }), value > 0, value.isFinite else {
        throw arguments.wrong("stepSize", text, "a number above 0 in the unit of the norm, such as 2/255")
      }
      self = .absolute(count: count, size: Budget(text: text, value: value))
    } else {
      self = .relative(count: count, relativeSize: relative ?? relativeSize(count))
    }
  }

  var parameters: [AttackParameter] {
    switch self {
    case .relative(let count, let size): [.init("steps", count), .init("relativeStepSize", size)]
    case .absolute(let count, let size): [.init("steps", count), .init("stepSize", size.text)]
    case .kurakin: [.init("steps", Self.kurakinName)]
    }
  }

  /// The number of steps, and α in the unit of `norm`'s directions, at a budget.
  package func schedule(for budget: Float, norm: any Norm) -> (steps: Int, stepSize: Float) {
    switch self {
    case .relative(let count, let size):
      precondition(count > 0 && size > 0, "Steps: \(count) steps of \(size)·ε")
      return (count, norm.stepLength(size, of: budget))
    case .absolute(let count, let size):
      precondition(count > 0 && size.value > 0, "Steps: \(count) steps of \(size)")
      return (count, size.value)
    case .kurakin: return (Self.kurakinCount(budget), 1 / 255)
    }
  }

  private static func kurakinCount(_ budget: Float) -> Int {
    // 8/255 in Float times 255 is not quite 8: rounding to a thousandth of a level first keeps 10 steps from being 11.
    let levels = (Double(budget) * 255 * 1000).rounded() / 1000
    return max(1, Int(min(levels + 4, 1.25 * levels).rounded(.up)))
  }

  func count(at budget: Float) -> Int {
    switch self {
    case .relative(let count, _), .absolute(let count, _): count
    case .kurakin: Self.kurakinCount(budget)
    }
  }

  /// Another number of steps of the same length at `budget`.
  func with(count: Int, at budget: Float) -> Steps? {
    switch self {
    case .relative(_, let size): return .relative(count: count, relativeSize: size)
    case .absolute(_, let size): return .absolute(count: count, size: size)
    case .kurakin:
      guard budget > 0 else { return nil }
      return .relative(count: count, relativeSize: 1 / 255 / budget)
    }
  }

  /// What to say if all steps together are shorter than some of `budgets`, so that no image gets to the edge of the ball; nil
  /// if they are long enough.
  func shortfall(of title: String, at budgets: [Budget], norm: any Norm) -> String? {
    // What rounding of α to `Float` may take away.
    let slack = 1 - 1e-5
    func reach(_ budget: Budget) -> Double {
      let (count, size) = schedule(for: budget.value, norm: norm)
      return Double(count) * Double(norm.stepSize(nearest: size))
    }
    func needed(_ budget: Budget) -> Double { Double(norm.stepLength(1, of: budget.value)) }
    let short = budgets.filter { $0.value > 0 && reach($0) < needed($0) * slack }
    guard let largest = short.max(), let least = short.min() else { return nil }
    let count = "\(Int((Double(self.count(at: largest.value)) * needed(largest) / reach(largest) - 1e-5).rounded(.up)))"
    switch self {
    case .relative(let steps, let size):
      return
        "\(title): \(steps) steps of \(size)·ε end at \((1000 * Double(steps) * Double(size)).rounded() / 1000)·ε or before, so that "
        + "no image is changed by as much as ε; \(Setting.steps.set(to: count)) would do"
    case .absolute(let steps, let size):
      return
        "\(title): \(steps) steps of \(size) end at \((10_000 * reach(largest)).rounded() / 10_000) or before, so that no image is "
        + "changed by as much as ε from ε = \(least) on; \(Setting.steps.set(to: count)) would do"
    case .kurakin: return nil
    }
  }
}
