import Diagnostics

/// How long the steps of an attack are.
public enum StepSize: Hashable, Sendable {
  /// A multiple of ε.
  case relative(Float)
  /// In pixel units, the same at every ε.
  case absolute(Budget)

  /// Reads `0.2`, a multiple of ε, or a fraction such as `2/255`, which is one of pixel values.
  /// - Throws: `InputError` of kind `.usage` for anything else, and for a fraction that is not above 0 and at most 1.
  public init(parsing text: String) throws {
    if text.contains("/") {
      self = .absolute(try Self.absolute(parsing: text))
    } else if let multiple = Float(text), multiple.isFinite {
      self = .relative(multiple)
    } else {
      throw Self.error("“\(text)” is neither a multiple of ε nor a fraction")
    }
  }

  static func absolute(parsing text: String) throws -> Budget {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) }
    guard parts.count == 2, let top = parts[0], let bottom = parts[1], bottom != 0 else {
      throw error("“\(text)” is no fraction")
    }
    let value = Float(top / bottom)
    guard value > 0, value <= 1 else { throw error("found \(text); expected a step above 0 and at most 1") }
    return Budget(text: text, value: value)
  }

  private static func error(_ problem: String) -> InputError {
    InputError(
      .usage, "--step-size", problem,
      remedy: "for example --step-size 0.2 for α = ε/5, or --step-size 2/255 for α = 2/255 at every ε")
  }
}

extension BIM {
  /// What to say if all steps together are shorter than some of `budgets`, so that no image gets to the edge of the ball; nil
  /// if they are long enough.
  public func shortfall(at budgets: [Budget]) -> String? {
    // What rounding of α to `Float` may take away.
    let slack = 1 - 1e-5
    func reach(_ budget: Budget) -> Double {
      let (count, size) = schedule(for: budget.value)
      return Double(count) * Double(isOnLattice ? LInfinityLattice().stepSize(nearest: size) : size)
    }
    let short = budgets.filter { $0.value > 0 && reach($0) < Double($0.value) * slack }
    guard let largest = short.max(), let least = short.min() else { return nil }
    let needed =
      "\(Int((Double(schedule(for: largest.value).steps) * Double(largest.value) / reach(largest) - 1e-5).rounded(.up)))"
    switch steps {
    case .relative(let count, let size):
      return
        "BIM: \(count) steps of \(size)·ε end at \((1000 * Double(count) * Double(size)).rounded() / 1000)·ε or before, so that "
        + "no image is changed by as much as ε; --steps \(needed) would do"
    case .absolute(let count, let size):
      return
        "BIM: \(count) steps of \(size) end at \((10_000 * reach(largest)).rounded() / 10_000) or before, so that no image is "
        + "changed by as much as ε from ε = \(least) on; --steps \(needed) would do"
    case .kurakin: return nil
    }
  }
}
