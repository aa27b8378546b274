/// Finds where a model that is being trained is as good as another one (Hinton, Sabour & Frosst 2018, §5.1).
///
/// The match is the first evaluation with no more errors than `target`. If there is none, it is the one with the fewest
/// errors, the first of equals.
///
///     target 37; errors 90, 52, 36, 20: the match is the third
///     target 37; errors 90, 52, 41, 44: never matched, the nearest is the third
public struct MatchedStopping: Codable, Hashable, Sendable {
  /// One evaluation.
  public struct Point: Codable, Hashable, Sendable {
    /// Steps of training before it.
    public let step: Int
    public let errors: Int
  }

  public let target: Int
  public private(set) var curve: [Point] = []

  public init(target: Int) { self.target = target }

  /// The first point on the curve that matches, else the nearest one.
  public var best: Point? {
    curve.first { $0.errors <= target } ?? curve.min { ($0.errors, $0.step) < ($1.errors, $1.step) }
  }

  public var isMatched: Bool { best.map { $0.errors <= target } ?? false }

  /// Adds an evaluation; says whether it is the best so far.
  public mutating func add(step: Int, errors: Int) -> Bool {
    let point = Point(step: step, errors: errors)
    curve.append(point)
    return best == point
  }

  /// Forgets what came after `step`: training goes on from there.
  public mutating func rewind(to step: Int) { curve.removeAll { $0.step > step } }
}
