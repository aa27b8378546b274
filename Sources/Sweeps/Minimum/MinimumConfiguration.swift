public import Attacks
import Diagnostics
import Files
import Foundation
public import Runs

/// Everything that determines what a search for the smallest ε finds.
public struct MinimumConfiguration: Codable, Sendable, Hashable {
  public var models: [RunConfiguration.Model]
  public var dataset: RunConfiguration.Dataset
  public var attacks: [RunConfiguration.Attack]
  /// What ε is measured by; nil for L∞, as of versions that knew no other.
  private var normName: String?
  public var goal: TargetChoice
  /// The largest ε that is tried.
  public var maximum: Budget
  /// Bisection goes on until the ε that succeeded and the one that failed are no further apart.
  public var tolerance: Float
  /// For each attack, how many evenly spaced ε, up to the largest, are tried before bisection.
  public var scans: [Int]
  public var limit: Int?
  public var seed: UInt64
  public var toolVersion: String

  /// - Parameter scan: for every attack; by default 8, and 64 for a single step, which may overshoot and so succeed in a
  ///   narrow range only.
  /// - Throws: `InputError` of kind `.usage` for a range or tolerance without meaning.
  public init(
    models: [RunConfiguration.Model], dataset: RunConfiguration.Dataset, attacks: [RunConfiguration.Attack],
    norm: any Norm, goal: TargetChoice, maximum: Budget, tolerance: Float, scan: Int? = nil,
    limit: Int? = nil,
    seed: UInt64,
    toolVersion: String
  ) throws {
    guard maximum.value >= Self.smallest else {
      throw InputError(
        .usage, .maximum, "found \(maximum.text); expected an ε of at least \(Self.smallest)",
        remedy: "for example \(Setting.maximum.set(to: norm.budget(from: 0.5)))")
    }
    guard tolerance >= Self.smallest, tolerance <= maximum.value else {
      throw InputError(
        .usage, .tolerance,
        "found \(tolerance); expected a distance from \(Self.smallest) to the largest ε, \(maximum.text)",
        remedy: "for example "
          + Setting.tolerance.set(to: [0.001, 0.0001, 0.00001].first { $0 <= maximum.value } ?? Self.smallest))
    }
    if let scan, !(1...1000).contains(scan) {
      throw InputError(
        .usage, .scan, "found \(scan); expected 1 to 1000", remedy: "for example \(Setting.scan.set(to: 8))")
    }
    guard goal != .each else {
      throw InputError(
        .usage, .goals, "“each” has no single smallest ε", remedy: "name one class, or random or least-likely")
    }
    self.models = models
    self.dataset = dataset
    self.attacks = attacks
    normName = norm.name == LInfinity().name ? nil : norm.name
    self.goal = goal
    self.maximum = maximum
    self.tolerance = tolerance
    scans = attacks.map { scan ?? ($0.isSingleStep(at: maximum.value) ? 64 : 8) }
    self.limit = limit
    self.seed = seed
    self.toolVersion = toolVersion
  }

  private enum CodingKeys: String, CodingKey {
    case models, dataset, attacks, goal, maximum, tolerance, scans, limit, seed, toolVersion
    case normName = "norm"
  }

  /// What ε is measured by.
  public var norm: any Norm { NormCatalog.all.first { $0.name == normName } ?? LInfinity() }

  /// What neither the largest ε nor the tolerance can be below: single precision tells no less apart in a pixel.
  private static let smallest: Float = 1e-6

  /// SHA-256 of the configuration as JSON with sorted keys and no white space, lower-case hexadecimal; as that of a run, it
  /// does not depend on where models and images lie.
  public var hash: String {
    var identity = self
    for index in identity.models.indices {
      identity.models[index].source = RunConfiguration.Model.shipped
      identity.models[index].notes = nil
    }
    identity.dataset = dataset.withoutPlace
    do {
      return Checksum.sha256(of: try JSONEncoder.compact.encode(identity))
    } catch {
      preconditionFailure("MinimumConfiguration: budgets and accuracies must be finite (\(error))")
    }
  }

  /// How often each interval of the scan with one of the attacks is halved.
  func halvings(attack: Int) -> Int {
    var halvings = 0
    var width = Double(maximum.value) / Double(scans[attack])
    // A millionth of slack, so that 0.0625 halved six times is within 0.0009765625 however it was rounded.
    while width > Double(tolerance) * (1 + 1e-6) {
      width /= 2
      halvings += 1
    }
    return halvings
  }

  /// The ε of a level of one of the attacks: `level` · maximum / (scan · 2^halvings).
  func epsilon(_ level: Int, attack: Int) -> Float {
    norm.budget(from: Float(Double(maximum.value) * Double(level) / Double(scans[attack] << halvings(attack: attack))))
  }

  /// The ε at which images that a single step beat at a smaller one are tried again: an eighth of the largest apart.
  var repeats: [Float] { (1...8).map { norm.budget(from: Float(Double(maximum.value) * Double($0) / 8)) } }
}

extension RunConfiguration.Attack {
  /// Whether it takes one step at `epsilon`.
  package func isSingleStep(at epsilon: Float) -> Bool {
    (try? AttackCatalog.attack(named: name, parameters: parameters))?.isSingleStep(at: epsilon) ?? false
  }
}
