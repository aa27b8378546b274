import Diagnostics
public import Tensors

/// Which class, if any, the attacks of a whole run are to make each image look like; a record holds the target of its image.
public enum TargetChoice: Hashable, Sendable {
  /// Any class but the true one.
  case untargeted
  /// One class for every image.
  case target(Int)
  /// Every class in turn, for every image.
  case each
  /// For each image a class drawn at random from those that are not its own.
  case random
  /// For each image the class of the smallest clean score among those that are not its own (Kurakin et al. 2017).
  case leastLikely

  /// Reads `untargeted`, `each`, `random`, `least-likely`, a class number, or one of `classNames` in upper or lower case.
  /// - Throws: `InputError` of kind `.usage` for anything else.
  public init(parsing text: String, classNames: [String] = []) throws {
    switch text {
    case "untargeted": self = .untargeted
    case "each": self = .each
    case "random": self = .random
    case "least-likely": self = .leastLikely
    default:
      // Class 3 may be called “7”: a number is a number.
      if let label = Int(text), label >= 0 {
        self = .target(label)
      } else if let label = NearMatch.position(of: text, in: classNames) {
        self = .target(label)
      } else {
        let near = NearMatch.candidates(
          for: text, among: classNames + ["untargeted", "each", "random", "least-likely"])
        throw InputError(
          .usage, .goals, "“\(text)” is neither a class nor a way to choose one",
          remedy: (near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? ")
            + "write a class, by number such as 3\(classNames.isEmpty ? "" : " or name"), or each, random, least-likely, "
            + "untargeted" + (classNames.isEmpty ? "" : "; the classes are \(classNames.joined(separator: ", "))"))
      }
    }
  }

  public var isTargeted: Bool { self != .untargeted }

  /// - Throws: `InputError` of kind `.usage` when a model of `classCount` classes cannot be attacked so.
  public func validate(classCount: Int) throws {
    if case .target(let label) = self, label >= classCount {
      throw InputError(
        .usage, .goals, "there is no class \(label)", remedy: "choose a class from 0 to \(classCount - 1)")
    }
    guard self == .untargeted || classCount > 1 else {
      throw InputError(.usage, .goals, "the model has a single class", remedy: "use a model of two classes or more")
    }
  }

  /// The goals of a batch: one, or with `.each` one for every class in order.
  ///
  /// - Parameters:
  ///   - imageIDs: what keys each image's random numbers, with `seed`.
  ///   - cleanScores: `[batch, classes]`, the scores of the unperturbed images.
  /// - Precondition: `validate(classCount:)` did not throw.
  public func goals(labels: [Int], imageIDs: [Int], cleanScores: Tensor, seed: UInt64) -> [Goal] {
    precondition(
      cleanScores.shape.rank == 2 && cleanScores.shape[0] == labels.count && imageIDs.count == labels.count,
      "TargetChoice: \(labels.count) labels, \(imageIDs.count) images, scores \(cleanScores.shape)")
    let classCount = cleanScores.shape[1]
    switch self {
    case .untargeted: return [.untargeted]
    case .target(let label): return [.targeted(labels.map { _ in label })]
    case .each: return (0..<classCount).map { target in .targeted(labels.map { _ in target }) }
    case .random:
      return [
        .targeted(
          zip(labels, imageIDs).map { label, id in
            // "target" as a number keeps these draws apart from every attack's.
            var stream = RandomStream(seed: seed, UInt64(id), 0x7461_7267_6574)
            let other = Int.random(in: 0..<classCount - 1, using: &stream)
            return other < label ? other : other + 1
          })
      ]
    case .leastLikely:
      return [
        .targeted(
          cleanScores.withUnsafeBuffer { scores in
            labels.enumerated().map { row, label in
              let row = scores[row * classCount..<(row + 1) * classCount]
              return (0..<classCount).filter { $0 != label }
                .min { row[row.startIndex + $0] < row[row.startIndex + $1] }!
            }
          })
      ]
    }
  }
}

extension TargetChoice: RawRepresentable, Codable, CustomStringConvertible {
  /// `untargeted`, `target-3`, `each`, `random` or `least-likely`.
  public var rawValue: String {
    switch self {
    case .untargeted: "untargeted"
    case .target(let label): "target-\(label)"
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
      guard rawValue.hasPrefix("target-"), let label = Int(rawValue.dropFirst(7)), label >= 0 else { return nil }
      self = .target(label)
    }
  }

  public var description: String { rawValue }
}
