public import Models
public import Training

/// A network of the collection, with how it came about.
public struct TrainedModel: Sendable {
  /// What is kept beside a checkpoint: all that may differ between repeats, and how training went.
  public struct Account: Codable, Hashable, Sendable {
    /// How many it was trained on.
    public var images: Int
    public var steps: Int
    public var record: TrainingRecord
    public var threads: Int
    /// What the last digits of the weights depend upon.
    public var software: String
    /// The evaluations by which it was stopped, if it was.
    public var matching: MatchedStopping?
  }

  public let variant: Variant
  public let model: any Model
  /// The checkpoint.
  public let path: String
  /// Of the checkpoint's bytes.
  public let sha256: String
  public let account: Account
}
