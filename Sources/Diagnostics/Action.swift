/// What a caller can do about something: a call of a library, or a command.
///
/// Texts name it by interpolation, within backticks where it stands in a sentence: "go on by `\(Action.resume(in: folder))`".
public enum Action: Sendable, Hashable, CustomStringConvertible {
  // Images
  case listDatasets
  case renderToyNORB
  /// Keeps some images from training.
  case holdOutImages
  // Models
  case listModels
  /// Lists a model's layers.
  case showLayers
  /// Shows what tensors and metadata a file of a model holds.
  case showTensors
  /// Trains a model, of the preset called so.
  case train(_ preset: String? = nil)
  case trainDecoder
  /// Goes on with training that was stopped.
  case restoreTraining
  /// Writes the model in the file at `path` with the hash of the weights that it has now.
  case seal(_ path: String)
  // Runs
  case sweep
  /// Goes on with the run in the folder, and gives it these trust checks if any are named.
  case resume(in: String? = nil, checks: String? = nil)
  /// Goes on with the run that was stopped, wherever it is.
  case goOn
  /// Does the same once more, as in “give \(Action.again) again”.
  case again
  /// Makes the part of a run, or any part.
  case sweepPart(_ shard: String? = nil)
  case merge
  // What is made of runs
  case compare
  case check
  case makeBaseline
  /// Makes a baseline of a run as a file.
  case writeBaseline
  case searchMinimum
  case reproduce

  /// As callers write it.
  public var description: String { Wording.current.action(self) }
}
