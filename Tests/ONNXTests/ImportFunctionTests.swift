import Foundation
import ONNX
import Tensors
import Testing

/// Functions that a file defines, in place of the nodes that call them.
struct ImportFunctionTests {
  private func function(
    _ name: String, _ inputs: [String], _ outputs: [String], _ nodes: [NodeMessage], opset: Int = 18
  ) -> FunctionMessage {
    var function = FunctionMessage()
    (function.name, function.domain, function.inputs, function.outputs) = (name, "f", inputs, outputs)
    function.nodes = nodes
    function.operatorSets = [OperatorSetMessage(version: opset)]
    return function
  }

  private func call(_ name: String, _ inputs: [String], _ outputs: [String]) -> NodeMessage {
    NodeMessage(name, domain: "f", name: "call \(name)", inputs, outputs)
  }

  @Test func functionsCallFunctionsAndKeepTheirOperatorSets() throws {
    let inner = function(
      "Inner", ["a"], ["b"], [NodeMessage("Relu", ["a"], ["t"]), NodeMessage("Neg", ["t"], ["b"])], opset: 13)
    let outer = function("Outer", ["a"], ["b"], [call("Inner", ["a"], ["t"]), call("Inner", ["t"], ["b"])], opset: 17)
    let graph = try ONNXModel(
      model(
        [call("Outer", ["x"], ["t"]), NodeMessage("Abs", name: "abs", ["t"], ["u"]), call("Outer", ["u"], ["y"])],
        functions: [inner, outer])
    ).graph
    #expect(graph.nodes.map(\.operatorName) == ["Relu", "Neg", "Relu", "Neg", "Abs", "Relu", "Neg", "Relu", "Neg"])
    #expect(graph.nodes.map(\.opset) == [13, 13, 13, 13, 18, 13, 13, 13, 13])
    // Every value is defined once, and each node takes what the one before it gives.
    let outputs = graph.nodes.map { $0.outputs[0]! }
    #expect(Set(outputs).count == outputs.count)
    #expect(graph.nodes.map { $0.inputs[0]! } == ["x"] + outputs.dropLast())
    #expect(outputs[4] == "u" && outputs[3] == "t" && outputs[8] == "y")
    #expect(graph.nodes[0].name.hasPrefix("call Outer/call Inner/"))
  }

  @Test func leftOutInputsAndUnwantedOutputs() throws {
    let both = function(
      "Both", ["a", "low"], ["b", "c"], [NodeMessage("Clip", ["a", "low"], ["b"]), NodeMessage("Neg", ["a"], ["c"])])
    let graph = try ONNXModel(model([call("Both", ["x"], ["", "y"])], functions: [both])).graph
    #expect(graph.nodes[0].inputs == ["x", nil])
    #expect(graph.nodes[0].outputs[0] != nil)
    #expect(graph.nodes[1].outputs == ["y"])
  }

  /// An input that is given out again, and an output that is given out twice, need a node that passes them on.
  @Test func valuesThatPassThrough() throws {
    let pass = function("Pass", ["a"], ["a", "b", "b"], [NodeMessage("Neg", ["a"], ["b"])])
    let graph = try ONNXModel(
      model([call("Pass", ["x"], ["p", "q", "r"]), NodeMessage("Sum", ["p", "q", "r"], ["y"])], functions: [pass])
    ).graph
    #expect(graph.nodes.map(\.operatorName) == ["Neg", "Identity", "Identity", "Sum"])
    #expect(graph.nodes[1].inputs == ["x"] && graph.nodes[1].outputs == ["p"])
    #expect(graph.nodes[2].inputs == ["q"] && graph.nodes[2].outputs == ["r"])
  }

  @Test func attributesAreThoseOfTheCallOrTheDefault() throws {
    func attribute(of call: [AttributeMessage], default value: Float?) throws -> Attribute? {
      var elu = NodeMessage("Elu", ["a"], ["b"], [AttributeMessage("alpha", .float) { $0.reference = "slope" }])
      elu.name = "elu"
      var scaled = function("Scaled", ["a"], ["b"], [elu])
      scaled.attributes = value == nil ? ["slope"] : []
      scaled.defaults = value.map { value in [AttributeMessage("slope", .float) { $0.float = value }] } ?? []
      var node = self.call("Scaled", ["x"], ["y"])
      node.attributes = call
      return try ONNXModel(model([node], functions: [scaled])).graph.nodes[0].attributes["alpha"]
    }
    let given = [AttributeMessage("slope", .float) { $0.float = 3 }]
    guard case .float(3)? = try attribute(of: given, default: 2), case .float(2)? = try attribute(of: [], default: 2),
      try attribute(of: [], default: nil) == nil
    else {
      Issue.record("another attribute")
      return
    }
    expectFailure("the attribute alpha of Elu “elu”", "of type int") {
      _ = try attribute(of: [AttributeMessage("slope", .int) { $0.int = 3 }], default: nil)
    }
  }

  /// A name within a subgraph of a function may be that of a value outside.
  @Test func subgraphsOfFunctionsHaveNamesOfTheirOwn() throws {
    var branch = GraphMessage()
    branch.nodes = [NodeMessage("Neg", ["a"], ["x"]), NodeMessage("Abs", ["x"], ["b"])]
    branch.outputs = [ValueMessage("b", .float, nil)]
    let choice = NodeMessage(
      "If", ["yes"], ["b"],
      [
        AttributeMessage("then_branch", .graph) { $0.graph = branch },
        AttributeMessage("else_branch", .graph) { $0.graph = branch },
      ])
    let chosen = function("Chosen", ["a", "yes"], ["b"], [choice])
    let graph = try ONNXModel(
      model(
        [call("Chosen", ["x", "t"], ["y"])], weights: [TensorMessage("t", .bool, [], raw: Data([1]))],
        functions: [chosen])
    ).graph
    guard case .graph(let first)? = graph.nodes[0].attributes["then_branch"],
      case .graph(let second)? = graph.nodes[0].attributes["else_branch"]
    else {
      Issue.record("no branches")
      return
    }
    #expect(first.nodes[0].inputs == ["x"] && first.nodes[0].outputs[0] != "x")
    #expect(first.nodes[1].inputs == first.nodes[0].outputs && first.outputs == [first.nodes[1].outputs[0]!])
    #expect(first.outputs != second.outputs && first.outputs != ["y"])
    #expect(graph.nodes[0].outputs == ["y"])
  }

  @Test func overloadsAreToldApart() throws {
    var first = function("Same", ["a"], ["b"], [NodeMessage("Neg", ["a"], ["b"])])
    var second = function("Same", ["a"], ["b"], [NodeMessage("Abs", ["a"], ["b"])])
    (first.overload, second.overload) = ("1", "2")
    var node = call("Same", ["x"], ["y"])
    node.overload = "2"
    #expect(try ONNXModel(model([node], functions: [first, second])).graph.nodes.map(\.operatorName) == ["Abs"])
  }

  @Test func impossibleFunctionsAreRefused() {
    let neg = function("Neg2", ["a"], ["b"], [NodeMessage("Neg", ["a"], ["b"])])
    expectFailure("defines the function “Neg2” twice") {
      _ = try ONNXModel(model([call("Neg2", ["x"], ["y"])], functions: [neg, neg]))
    }
    expectFailure("has 2 inputs and 1 outputs") {
      _ = try ONNXModel(model([call("Neg2", ["x", "x"], ["y"])], functions: [neg]))
    }
    let twice = function("Twice", ["a", "a"], ["b"], [NodeMessage("Neg", ["a"], ["b"])])
    expectFailure("two inputs of one name") {
      _ = try ONNXModel(model([call("Twice", ["x"], ["y"])], functions: [twice]))
    }
    let even = function("Even", ["a"], ["b"], [call("Odd", ["a"], ["b"])])
    let odd = function("Odd", ["a"], ["b"], [call("Even", ["a"], ["b"])])
    expectFailure("“Even” calls itself") {
      _ = try ONNXModel(model([call("Even", ["x"], ["y"])], functions: [even, odd]))
    }
    let hidden = function("Hidden", ["a"], ["b"], [NodeMessage("Add", ["a", "x"], ["b"])])
    expectFailure("nothing gives", "/x”") {
      _ = try ONNXModel(model([call("Hidden", ["x"], ["y"])], functions: [hidden]))
    }
    let old = function("Old", ["a"], ["b"], [NodeMessage("Neg", ["a"], ["b"])], opset: 6)
    expectFailure("operator set 6", "version_converter") {
      _ = try ONNXModel(model([call("Old", ["x"], ["y"])], functions: [old]))
    }
    let lost = NodeMessage("Elu", ["x"], ["y"], [AttributeMessage("alpha", .float) { $0.reference = "slope" }])
    expectFailure("the node is in none") { _ = try ONNXModel(model([lost])) }
  }

  /// Each of three functions calls the next one 60 times: 216,000 nodes. And one chain too long.
  @Test func smallFilesDoNotBecomeLargeModels() {
    func chain(_ length: Int, calls: Int) -> [FunctionMessage] {
      (0..<length).map { index in
        let nodes = (0..<calls).map { copy in
          index + 1 == length
            ? NodeMessage("Neg", ["a"], [copy == 0 ? "b" : "c\(copy)"])
            : call("F\(index + 1)", ["a"], [copy == 0 ? "b" : "c\(copy)"])
        }
        return function("F\(index)", ["a"], ["b"], nodes)
      }
    }
    expectFailure("more than 100000 nodes") {
      _ = try ONNXModel(model([call("F0", ["x"], ["y"])], functions: chain(3, calls: 60)))
    }
    expectFailure("more than 64 deep") {
      _ = try ONNXModel(model([call("F0", ["x"], ["y"])], functions: chain(70, calls: 1)))
    }
    #expect(throws: Never.self) { try ONNXModel(model([call("F0", ["x"], ["y"])], functions: chain(60, calls: 1))) }
  }
}
