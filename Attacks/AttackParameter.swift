/// One hyperparameter, printed.
public struct AttackParameter: Codable, Hashable, Sendable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: some CustomStringConvertible) {
    self.name = name
    self.value = value.description
  }

  /// The search is on the grid of 8-bit images.
  static let lattice = AttackParameter("lattice", true)
}
