import Arrays
import Foundation
import ONNX
import Tensors

/// The folder of cases that `Scripts/onnx/node_tests.py` writes.
struct NodeTestFolder {
  let path: String
  let cases: [NodeTestCase]
  /// The versions of each operator that ONNX defines, by domain and name; deprecated ones are left out.
  let operators: [(domain: String, name: String, versions: [Int])]
  /// What made the cases, for example `onnx 1.23.2`.
  let source: String

  init(_ path: String) throws {
    func rows(_ name: String) throws -> [[String]] {
      try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8).split(separator: "\n")
        .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    }
    self.path = path
    source = try rows("version.txt")[0][0]
    cases = try rows("cases.tsv").map { NodeTestCase(columns: $0, in: path) }
    operators = try rows("operators.tsv").filter { $0[3].isEmpty }
      .map { ($0[0], $0[1], $0[2].split(separator: ",").map { Int($0)! }) }
  }
}

/// A model with inputs and the outputs that ONNX's reference computes.
struct NodeTestCase {
  let name: String
  /// `node`: one operator or its definition by others; the rest are small models.
  let kind: String
  let relativeTolerance: Float
  let absoluteTolerance: Float
  let opset: Int
  /// Those of its nodes, subgraphs included, each once, with the domain before it if that is not ONNX itself.
  let operators: [String]
  /// What of its inputs or outputs is no tensor of numbers; empty: nothing.
  let foreignTypes: String
  let folder: String

  init(columns: [String], in path: String) {
    name = columns[0]
    kind = columns[1]
    relativeTolerance = Float(columns[2])!
    absoluteTolerance = Float(columns[3])!
    opset = Int(columns[4])!
    operators = columns[5].split(separator: ",").map(String.init)
    foreignTypes = columns[6]
    folder = "\(path)/\(name)"
  }

  /// The operator that it is about, if it has one node.
  var subject: String? { kind == "node" && operators.count == 1 ? operators[0] : nil }

  /// Whether it asks for the roundings of a type.
  var isAboutCasting: Bool { operators.allSatisfy { ["Cast", "CastLike"].contains($0) } }

  /// The numbers of its data sets.
  var dataSets: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { $0.hasPrefix("data_") ? Int($0.dropFirst(5)) : nil }.sorted()
  }

  /// What a data set holds for `infos`; it may hold less.
  func constants(_ role: String, _ infos: [TensorInfo], dataSet: Int) throws -> [Constant] {
    try infos.enumerated().compactMap { index, info in
      let file = "\(folder)/data_\(dataSet)/\(role)_\(index).npy"
      guard FileManager.default.fileExists(atPath: file) else { return nil }
      return try Constant(NPY.read(file), type: info.type)
    }
  }
}

extension ElementType {
  /// How far a result of this type may be off, as the reference rounds to it after each operator inside and robust computes
  /// with 32-bit floats: two units in the last place.
  fileprivate var rounding: Float {
    switch self {
    case .bfloat16: 0x1p-6
    case .float16: 0x1p-9
    default: 0
    }
  }
}

extension Constant {
  /// The elements of an array of 32-bit floats or of 64-bit integers.
  init(_ array: NumericArray, type: ElementType) {
    let shape = Shape(array.shape)
    if let integers = array.integers {
      self.init(integers, shape: shape, type: type.isInteger ? type : .int64)
    } else {
      self.init(Tensor((array.doubles ?? []).map { Float($0) }, shape: shape), type: type.isReal ? type : .float)
    }
  }

  /// How it differs from `expected`; nil: not beyond the tolerances of `testCase`.
  func difference(from expected: Constant, _ testCase: NodeTestCase) -> String? {
    guard shape == expected.shape else { return "shape \(shape), not \(expected.shape)" }
    guard type == expected.type else { return "type \(type), not \(expected.type)" }
    if let integers, let wanted = expected.integers {
      guard let index = integers.indices.first(where: { integers[$0] != wanted[$0] }) else { return nil }
      let count = integers.indices.count { integers[$0] != wanted[$0] }
      return "\(integers[index]), not \(wanted[index]), at \(index); \(count) of \(wanted.count) differ"
    }
    let (values, wanted) = (tensor.scalars, expected.tensor.scalars)
    let relativeTolerance = max(testCase.relativeTolerance, testCase.isAboutCasting ? 0 : type.rounding)
    let wrong = values.indices.filter { index in
      let (value, want) = (values[index], wanted[index])
      if value == want || value.isNaN && want.isNaN { return false }
      // Written so that a value that is no number is wrong.
      return !(abs(value - want) <= testCase.absoluteTolerance + relativeTolerance * abs(want))
    }
    guard let index = wrong.first else { return nil }
    return "\(values[index]), not \(wanted[index]), at \(index); \(wrong.count) of \(wanted.count) differ"
  }
}
