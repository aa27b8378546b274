/// What a classifier can be asked for, and what an attack has to ask.
public enum Knowledge: Int, Sendable, Comparable, CaseIterable, CustomStringConvertible {
  /// The predicted class of an image.
  case labels
  /// The score of each class.
  case scores
  /// The gradient of a function of the scores by the image.
  case gradients

  public static func < (a: Knowledge, b: Knowledge) -> Bool { a.rawValue < b.rawValue }

  public var description: String {
    switch self {
    case .labels: "labels"
    case .scores: "scores"
    case .gradients: "gradients"
    }
  }
}
