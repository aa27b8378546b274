/// What an attack is after, for a whole run; a record holds the concrete target of each image.
public enum GoalKind: Sendable, Hashable {
  /// Any class but the true one.
  case untargeted
  /// One class for every image.
  case target(Int)
  /// Every class in turn.
  case each
  /// A class other than the true one, drawn for each image.
  case random
  /// The class with the smallest clean score of each image.
  case leastLikely

  public var isTargeted: Bool { self != .untargeted }

  /// Reads the value of `--target`: a class number, `each`, `random` or `least-likely`.
  public init?(option: String) {
    if let target = Int(option), target >= 0 {
      self = .target(target)
    } else if let goal = GoalKind(rawValue: option), goal.isTargeted {
      self = goal
    } else {
      return nil
    }
  }
}

extension GoalKind: RawRepresentable, Codable, CustomStringConvertible {
  /// `untargeted`, `target-3`, `each`, `random` or `least-likely`.
  public var rawValue: String {
    switch self {
    case .untargeted: "untargeted"
    case .target(let target): "target-\(target)"
    case .each: "each"
    case .random: "random"
    case .leastLikely: "least-likely"
    }
  }

  public init?(rawValue: String) {
    switch rawValue {
    case "untargeted": self = .untargeted
    case "each": self = .each
    case "random": self = .random
    case "least-likely": self = .leastLikely
    default:
      guard rawValue.hasPrefix("target-"), let target = Int(rawValue.dropFirst(7)), target >= 0 else { return nil }
      self = .target(target)
    }
  }

  public var description: String { rawValue }
}
