/// What was suspicious while one image was attacked at one budget.
///
/// The raw values are stored in the column `flags` of a run: they never change their meaning.
public struct RecordFlags: OptionSet, Codable, Sendable, Hashable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Some gradient that the attack used was zero in every element, so that it could not move.
  public static let zeroGradient = RecordFlags(rawValue: 1)
  /// Some gradient that the attack used had an element that was NaN or infinite.
  public static let nonFiniteGradient = RecordFlags(rawValue: 2)
  /// Some score, before the attack or during it, was NaN or infinite.
  public static let nonFiniteScore = RecordFlags(rawValue: 4)
  /// The goal was reached on the attack's path, but not by the image it returned.
  public static let silentSuccess = RecordFlags(rawValue: 8)
  /// The softmax probability of the original image's class rounds to 1 in `Float`: cross-entropy is flat there.
  public static let saturatedLoss = RecordFlags(rawValue: 16)
  /// The scores of the original image are probabilities: in [0, 1], with sum 1.
  public static let probabilityScores = RecordFlags(rawValue: 32)
}
