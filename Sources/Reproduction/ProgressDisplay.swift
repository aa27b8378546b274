/// Where an experiment says how far it is.
public protocol ProgressDisplay: Sendable {
  /// Shows `label` at `share` in [0, 1] of the work.
  func show(_ label: String, share: Double, detail: String)
  /// Prints a line that stays.
  func note(_ text: String)
  func clear()
}
