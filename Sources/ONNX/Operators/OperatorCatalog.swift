/// Every operator that robust knows.
package enum OperatorCatalog {
  /// By family; a line a file.
  package static let all: [OperatorDefinition] = families.flatMap { $0 }

  private static let families: [[OperatorDefinition]] = [
    Reshaping.operators,
    Rearranging.operators,
    Slicing.operators,
    Indexing.operators,
    Scattering.operators,
    Making.operators,
    ResamplingOperators.operators,
    Sampling.operators,
    Arithmetic.operators,
    Comparison.operators,
    Logic.operators,
    Elementary.operators,
    Activations.operators,
    Casting.operators,
    Reductions.operators,
    SoftmaxFamily.operators,
    Selections.operators,
    Ranks.operators,
    Cumulations.operators,
    Quantization.operators,
    Convolutions.operators,
    IntegerConvolutions.operators,
    PatchOperators.operators,
    PoolingOperators.operators,
    Matrix.operators,
    Einsum.operators,
    Normalization.operators,
    Attention.operators,
    FeatureOperators.operators,
  ]

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ("\($0.domain)/\($0.name)", $0) })

  package static func definition(domain: String, name: String) -> OperatorDefinition? { byName["\(domain)/\(name)"] }
}
