public import Tensors

/// How far an image is from its original, in every norm.
public struct NormDistances: Hashable, Sendable {
  /// In the order of `NormCatalog.all`; nil where a record of an earlier version does not say.
  public var values: [Float?]

  public init(_ values: [Float?]) {
    precondition(values.count == NormCatalog.all.count, "NormDistances: \(values.count) values")
    self.values = values
  }

  /// Those that are known, by the names of their norms.
  public init(_ known: [String: Float]) { self.init(NormCatalog.all.map { known[$0.name] }) }

  /// No distance at all.
  public static let zero = NormDistances(NormCatalog.all.map { _ in 0 })

  /// Those of each of `perturbed`, `[batch, …]`, from its original.
  public static func all(of perturbed: Tensor, from originals: Tensor) -> [NormDistances] {
    let columns = NormCatalog.all.map { $0.distances(of: perturbed, from: originals) }
    return (0..<originals.shape[0]).map { row in NormDistances(columns.map { $0[row] }) }
  }

  /// The distance in the norm that is called `name`.
  public subscript(name: String) -> Float? {
    get { NormCatalog.index(of: name).flatMap { values[$0] } }
    set { if let index = NormCatalog.index(of: name) { values[index] = newValue } }
  }

  public subscript(norm: any Norm) -> Float? { self[norm.name] }
}
