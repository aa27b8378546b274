import Autodiff
import Foundation
import ONNX
import Tensors
import Testing

/// The node tests of ONNX: every operator against ONNX's own reference.
///
/// They are enabled by `ROBUST_ONNX_NODE_TESTS`, a folder that `Scripts/onnx/node_tests.py` wrote. Further variables:
/// - `ROBUST_ONNX_NODE_FILTER`, a regular expression, chooses cases by their name and operators with blanks between them.
/// - `ROBUST_ONNX_NODE_REPORT` names a file for what each case gave.
/// - `ROBUST_ONNX_TABLE` names a file for the table of operators in Markdown.
/// - `ROBUST_ONNX_NODE_TRACE` tells each name before its case runs.
struct NodeTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let folder = environment["ROBUST_ONNX_NODE_TESTS"]

  @Test func nodeTestsAreSkippedLoudly() {
    guard Self.folder == nil else { return }
    print("SKIPPED: the node tests of ONNX, as ROBUST_ONNX_NODE_TESTS names no folder (Scripts/onnx/node_tests.py)")
  }

  @Test(.enabled(if: folder != nil, "ROBUST_ONNX_NODE_TESTS names no folder")) func everyApplicableCasePasses() throws {
    let folder = try NodeTestFolder(Self.folder!)
    let filter = try Self.environment["ROBUST_ONNX_NODE_FILTER"].map { try Regex($0) }
    var results: [(NodeTestCase, NodeTestResult)] = []
    for testCase in folder.cases {
      let title = ([testCase.name] + testCase.operators).joined(separator: " ")
      if let filter, !title.contains(filter) { continue }
      if Self.environment["ROBUST_ONNX_NODE_TRACE"] != nil {
        FileHandle.standardError.write(Data("\(testCase.name)\n".utf8))
      }
      results.append((testCase, NodeTestResult(running: testCase)))
    }
    let report = NodeTestReport(folder, results)
    print(report.totals)
    if let path = Self.environment["ROBUST_ONNX_NODE_REPORT"] {
      try report.lines.write(toFile: path, atomically: true, encoding: .utf8)
    }
    if let path = Self.environment["ROBUST_ONNX_TABLE"] {
      try report.table.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(!results.isEmpty)
    for (testCase, result) in results {
      if case .failed(let reason) = result { Issue.record("\(testCase.name): \(reason)") }
    }
  }

  /// A version that robust leaves out would be read by the rules of the one before it.
  @Test(.enabled(if: folder != nil, "ROBUST_ONNX_NODE_TESTS names no folder")) func noVersionIsLeftOut() throws {
    for (domain, name, versions) in try NodeTestFolder(Self.folder!).operators {
      guard let definition = OperatorCatalog.definition(domain: domain, name: name) else { continue }
      let first = definition.versions[0]
      #expect(domain != "" || first <= 7 || first == versions[0], "\(name): known since \(first) only")
      #expect(
        definition.versions.filter { $0 >= first } == versions.filter { $0 >= first },
        "\(name): \(definition.versions), but ONNX has \(versions)")
    }
  }
}

/// What became of a case.
enum NodeTestResult {
  /// Both with known inputs and with computed ones.
  case passed
  /// With known inputs; the reason says which input may not depend on the image.
  case passedAsConstant(String)
  /// It is outside of what robust is for.
  case notApplicable(String)
  case failed(String)

  init(running testCase: NodeTestCase) {
    if let reason = testCase.reasonNotApplicable {
      self = .notApplicable(reason)
      return
    }
    do {
      let model = try ONNXModel.read("\(testCase.folder)/model.onnx")
      var reason: String?
      for set in testCase.dataSets {
        let inputs = try testCase.constants("input", model.inputs, dataSet: set)
        let expected = try testCase.constants("output", model.outputs, dataSet: set)
        guard inputs.count == model.inputs.count, expected.count == model.outputs.count else {
          self = .failed("the data set has \(inputs.count) inputs and \(expected.count) outputs")
          return
        }
        if let difference = try model.difference(inputs, expected, testCase) {
          self = .failed(difference)
          return
        }
        guard inputs.contains(where: \.type.isReal) else { continue }
        do {
          if let difference = try model.differenceOfComputed(inputs, expected, testCase) {
            self = .failed("computed: \(difference)")
            return
          }
        } catch let failure as GraphLowering.Failure {
          // An axis or a factor may have to be known: robust then says so.
          guard failure.problems.allSatisfy({ $0.failure.kind == .unsupported }) else { throw failure }
          reason = failure.text
        }
      }
      self = reason.map { .passedAsConstant($0) } ?? .passed
    } catch let failure as GraphLowering.Failure {
      self = .failed(failure.text)
    } catch {
      self = .failed("\(error)")
    }
  }
}

extension GraphLowering.Failure {
  var text: String { problems.map { "\($0.operatorName): \($0.failure.problem)" }.joined(separator: "; ") }
}

extension ONNXModel {
  /// How the outputs differ from `expected` when all inputs are known.
  fileprivate func difference(
    _ inputs: [Constant], _ expected: [Constant], _ testCase: NodeTestCase
  ) throws -> String? {
    let named = Dictionary(uniqueKeysWithValues: zip(self.inputs.map(\.name), inputs.map { Value.constant($0) }))
    let values = try GraphLowering.lower(graph, inputs: named, builder: ProgramBuilder())
    guard values.count == expected.count else { return "\(values.count) outputs, not \(expected.count)" }
    for (index, value) in values.enumerated() {
      guard let constant = value.constant else { return "output \(index) is not known although the inputs are" }
      if let difference = constant.difference(from: expected[index], testCase) {
        return "output \(index): \(difference)"
      }
    }
    return nil
  }

  /// How the outputs differ from `expected` when the inputs of real numbers are computed, as those behind an image are;
  /// or what is wrong with the gradients by them.
  fileprivate func differenceOfComputed(
    _ inputs: [Constant], _ expected: [Constant], _ testCase: NodeTestCase
  ) throws -> String? {
    let builder = ProgramBuilder()
    var named: [String: Value] = [:]
    var images: [(Computed, Tensor)] = []
    for (info, input) in zip(self.inputs, inputs) {
      guard input.type.isReal else {
        named[info.name] = .constant(input)
        continue
      }
      let computed = builder.input(shape: input.shape, type: input.type)
      named[info.name] = .computed(computed)
      images.append((computed, input.tensor))
    }
    let values = try GraphLowering.lower(graph, inputs: named, builder: builder)
    guard values.count == expected.count else { return "\(values.count) outputs, not \(expected.count)" }
    let graph = Graph()
    let variables = images.map { graph.variable($0.1) }
    let outputs = builder.program(inputs: images.map(\.0), outputs: values).run(variables)
    for (index, value) in values.enumerated() {
      let constant = Constant(computed: outputs[index].value, type: value.type)
      if let difference = constant.difference(from: expected[index], testCase) {
        return "output \(index): \(difference)"
      }
    }
    for (index, value) in values.enumerated() where value.type.isReal {
      let seed = Tensor(repeating: 1, shape: value.shape)
      let gradients = graph.gradients(of: outputs[index], seed: seed, by: variables)
      for (gradient, variable) in zip(gradients, variables) where gradient.shape != variable.shape {
        return "a gradient of shape \(gradient.shape) by an input of \(variable.shape)"
      }
    }
    return nil
  }
}
