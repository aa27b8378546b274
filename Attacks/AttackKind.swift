import Diagnostics

/// The attacks by name: how the command line builds one.
public enum AttackKind: String, CaseIterable, Codable, Hashable, Sendable {
  case fgsm
  case bim

  /// Which published variant to follow where they differ.
  public enum Compatibility: String, CaseIterable, Codable, Hashable, Sendable {
    /// BIM with the step size and count of Kurakin et al.; FGSM is the same either way.
    case kurakin

    /// - Throws: `InputError` of kind `.usage` that lists the names.
    public init(parsing name: String) throws {
      guard let value = Compatibility(rawValue: name.lowercased()) else {
        throw NearMatch.unknown(.usage, "--compat", name, what: "variant", among: Self.allCases.map(\.rawValue))
      }
      self = value
    }
  }

  /// What can be set; `nil` is the attack's own default.
  public struct Settings: Hashable, Sendable {
    public var objective: Objective?
    public var steps: Int?
    public var relativeStepSize: Float?
    /// In place of `relativeStepSize`: the same step for every budget.
    public var absoluteStepSize: Budget?
    public var startsAtRandom: Bool?
    public var compatibility: Compatibility?
    public var isOnLattice: Bool?

    public init(
      objective: Objective? = nil, steps: Int? = nil, relativeStepSize: Float? = nil, startsAtRandom: Bool? = nil,
      compatibility: Compatibility? = nil, isOnLattice: Bool? = nil, absoluteStepSize: Budget? = nil
    ) {
      self.objective = objective
      self.steps = steps
      self.relativeStepSize = relativeStepSize
      self.absoluteStepSize = absoluteStepSize
      self.startsAtRandom = startsAtRandom
      self.compatibility = compatibility
      self.isOnLattice = isOnLattice
    }
  }

  /// Whether it has steps, whose number, size and start can be set.
  public var takesSteps: Bool { self != .fgsm }

  /// The attack called `name`.
  /// - Throws: `InputError` of kind `.usage` that lists the names.
  public init(parsing name: String) throws {
    self = AttackKind(rawValue: try Self.vocabulary.name(for: name, .usage, "--attack"))!
  }

  /// The attacks of a comma-separated list, each once.
  /// - Throws: `InputError` of kind `.usage` for an unknown or repeated name.
  public static func list(parsing text: String) throws -> [AttackKind] {
    let kinds = try text.split(separator: ",", omittingEmptySubsequences: false).map {
      try AttackKind(parsing: $0.split(separator: " ").joined(separator: " "))
    }
    for (index, kind) in kinds.enumerated() where kinds[..<index].contains(kind) {
      throw InputError(.usage, "--attack", "“\(kind.rawValue)” is listed twice", remedy: "list each attack once")
    }
    return kinds
  }

  /// The attack with `settings`; what it has no use for (FGSM has no steps) is ignored.
  /// - Throws: `InputError` of kind `.usage` for a setting out of range.
  public func attack(_ settings: Settings = Settings()) throws -> any Attack {
    let objective = settings.objective ?? .crossEntropy
    let isOnLattice = settings.isOnLattice ?? false
    switch self {
    case .fgsm:
      return FGSM(objective: objective, isOnLattice: isOnLattice)
    case .bim:
      if settings.compatibility == .kurakin {
        guard settings.steps == nil, settings.relativeStepSize == nil, settings.absoluteStepSize == nil else {
          throw InputError(
            .usage, "--compat kurakin", "it sets the steps and their size itself, but one of them is given as well",
            remedy: "leave out --steps and --step-size, or --compat")
        }
        return BIM(
          steps: .kurakin, objective: objective, startsAtRandom: settings.startsAtRandom ?? false,
          isOnLattice: isOnLattice)
      }
      let (steps, size) = (settings.steps ?? 10, settings.relativeStepSize ?? 0.2)
      guard (1...10_000).contains(steps) else {
        throw InputError(.usage, "--steps", "found \(steps); expected 1 to 10000", remedy: "for example --steps 10")
      }
      if let size = settings.absoluteStepSize {
        return BIM(
          steps: .absolute(count: steps, size: size), objective: objective,
          startsAtRandom: settings.startsAtRandom ?? false, isOnLattice: isOnLattice)
      }
      guard size > 0, size <= 2 else {
        throw InputError(
          .usage, "--step-size", "found \(size); expected a multiple of ε above 0 and at most 2",
          remedy: "for example --step-size 0.2 for α = ε/5, or --step-size 2/255 for α = 2/255 at every ε")
      }
      return BIM(
        steps: .relative(count: steps, relativeSize: size), objective: objective,
        startsAtRandom: settings.startsAtRandom ?? false, isOnLattice: isOnLattice)
    }
  }
}
