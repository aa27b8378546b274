/// What robust knows of one ONNX operator.
///
/// A new operator is one entry in the table of its family (`Operators/<Family>.swift`), and its rows in the tests of the
/// family; a new family is one file and one line in `OperatorCatalog`.
package struct OperatorDefinition: Sendable {
  /// For example `Conv`.
  package let name: String
  /// `""` for the operators of ONNX itself.
  package let domain: String
  /// The versions of the operator set in which ONNX defined or changed it, as far as `lower` knows them, ascending. A node
  /// follows the newest of them that is not above the model's operator set.
  package let versions: [Int]
  /// The names of the attributes that it takes, over all versions; others are refused.
  package let attributes: Set<String>
  /// Turns a node into steps of a program, and says what its outputs are: as many as the node names, or more.
  package let lower: @Sendable (Invocation) throws -> [Value]

  package init(
    _ name: String, domain: String = "", versions: [Int], attributes: Set<String> = [],
    lower: @escaping @Sendable (Invocation) throws -> [Value]
  ) {
    self.name = name
    self.domain = domain
    self.versions = versions
    self.attributes = attributes
    self.lower = lower
  }
}

/// Why a node can't be lowered; whoever lowers the graph adds the node's name.
package struct LoweringFailure: Error, Sendable {
  package enum Kind: Sendable {
    /// The file breaks the rules of ONNX: shapes that do not match, an axis that does not exist.
    case invalid
    /// The file is sound, but robust can't do it.
    case unsupported
  }

  package let kind: Kind
  /// What is the matter, for example `axis 4 of 1×3×8×8`.
  package let problem: String

  package static func invalid(_ problem: String) -> LoweringFailure {
    LoweringFailure(kind: .invalid, problem: problem)
  }

  package static func unsupported(_ problem: String) -> LoweringFailure {
    LoweringFailure(kind: .unsupported, problem: problem)
  }
}
