import Foundation
import ONNX
import Tensors
import Testing

/// What is read of sound models.
struct ImportTests {
  @Test func aModelThatOnnxWrote() throws {
    let model = try ONNXModel(bytes: TinyModel.bytes, name: "tiny.onnx")
    #expect(model.irVersion == 10)
    #expect(model.producerName == "onnx-example" && model.producerVersion == "1")
    #expect(model.opsets == ["": 18, "local": 1])
    #expect(model.metadata == ["task": "two classes"])
    #expect(model.externalFiles.isEmpty)
    #expect(
      model.inputs == [
        TensorInfo(name: "image", type: .float, dimensions: [.named("N"), .fixed(1), .fixed(2), .fixed(2)])
      ])
    #expect(model.outputs == [TensorInfo(name: "scores", type: .float, dimensions: [.named("N"), .fixed(8)])])
    #expect(model.graph.inputs == ["image"])
    #expect(model.graph.outputs == ["scores"])
    #expect(model.graph.nodes.map(\.operatorName) == ["Conv", "Elu", "Mul", "Add", "Reshape", "If"])

    let weight = try #require(model.graph.constants["weight"])
    #expect(weight.shape == [2, 1, 3, 3])
    #expect(weight.tensor.scalars == (0..<18).map { Float($0) / 16 })
    #expect(model.graph.constants["bias"]?.type == .float16)
    #expect(model.graph.constants["bias"]?.tensor.scalars == [0.25])
    #expect(model.graph.constants["shape"]?.integers == [0, -1])
    #expect(model.graph.constants["yes"]?.integers == [1])

    let conv = model.graph.nodes[0]
    #expect(conv.name == "conv" && conv.inputs == ["image", "weight"] && conv.outputs == ["conv"] && conv.opset == 18)
    guard case .ints([1, 1, 1, 1])? = conv.attributes["pads"], case .string("NOTSET")? = conv.attributes["auto_pad"]
    else {
      Issue.record("\(conv.attributes)")
      return
    }
    // The function's values have names of their own; its attribute has the default of the function.
    let (elu, mul, add) = (model.graph.nodes[1], model.graph.nodes[2], model.graph.nodes[3])
    guard case .float(0.5)? = elu.attributes["alpha"] else {
      Issue.record("\(elu.attributes)")
      return
    }
    #expect(elu.inputs == ["conv"] && mul.inputs[0] == elu.outputs[0] && add.inputs == [mul.outputs[0], "bias"])
    #expect(add.outputs == ["scaled"])
    #expect(model.graph.constants[try #require(mul.inputs[1])]?.tensor.scalars == [1])

    // In the branch the attribute is that of the call.
    let choice = try #require(model.graph.nodes.last)
    guard case .graph(let branch)? = choice.attributes["else_branch"],
      case .float(2)? = branch.nodes.first?.attributes["alpha"]
    else {
      Issue.record("\(choice.attributes)")
      return
    }
    #expect(branch.nodes.map(\.operatorName) == ["Elu", "Mul", "Add"])
    #expect(branch.nodes[0].inputs == ["flat"] && branch.outputs == ["t2"] && branch.nodes[2].outputs == ["t2"])
    var names: [String] = []
    func collect(_ graph: Subgraph) {
      for node in graph.nodes {
        names.append(node.name)
        for case .graph(let inner) in node.attributes.values { collect(inner) }
      }
    }
    collect(model.graph)
    #expect(names.count == 10 && Set(names).count == 10 && !names.contains(""))
  }

  @Test func nodesArePutInOrder() throws {
    let graph = try ONNXModel(
      model([
        NodeMessage("Relu", ["c"], ["y"]), NodeMessage("Relu", ["b"], ["c"]), NodeMessage("Relu", ["x"], ["a"]),
        NodeMessage("Add", ["a", "x"], ["b"]),
      ])
    ).graph
    #expect(graph.nodes.map { $0.outputs[0] } == ["a", "b", "c", "y"])
    // Nodes that are in order stay so.
    let ordered = try ONNXModel(
      model([
        NodeMessage("Relu", ["x"], ["b"]), NodeMessage("Relu", ["x"], ["a"]), NodeMessage("Add", ["a", "b"], ["y"]),
      ]))
    #expect(ordered.graph.nodes.map { $0.outputs[0] } == ["b", "a", "y"])
  }

  @Test func whatASubgraphTakesComesBeforeIt() throws {
    func branch(_ name: String) -> GraphMessage {
      var graph = GraphMessage()
      graph.nodes = [NodeMessage("Relu", ["late"], [name])]
      graph.outputs = [ValueMessage(name, .float, nil)]
      return graph
    }
    let node = NodeMessage(
      "If", ["yes"], ["y"],
      [
        AttributeMessage("then_branch", .graph) { $0.graph = branch("t") },
        AttributeMessage("else_branch", .graph) { $0.graph = branch("e") },
      ])
    let graph = try ONNXModel(
      model(
        [node, NodeMessage("Neg", ["x"], ["late"])],
        weights: [TensorMessage("yes", .bool, [], raw: Data([1]))])
    ).graph
    #expect(graph.nodes.map(\.operatorName) == ["Neg", "If"])
  }

  @Test func namesOfNodesAreUnique() throws {
    let graph = try ONNXModel(
      model([
        NodeMessage("Relu", name: "a", ["x"], ["1"]), NodeMessage("Relu", name: "a", ["1"], ["2"]),
        NodeMessage("Relu", ["2"], ["3"]), NodeMessage("Relu", name: "a", ["3"], ["4"]),
        NodeMessage("Relu", name: "a_2", ["4"], ["y"]),
      ])
    ).graph
    #expect(graph.nodes.map(\.name) == ["a", "a_2", "Relu_2", "a_3", "a_2_2"])
  }

  @Test func constantsOfEveryKind() throws {
    func constant(_ attribute: AttributeMessage) throws -> Constant {
      let nodes = [
        NodeMessage("Constant", domain: "ai.onnx", [], ["c"], [attribute]), NodeMessage("Add", ["x", "c"], ["y"]),
      ]
      let graph = try ONNXModel(model(nodes)).graph
      #expect(graph.nodes.count == 1)
      return try #require(graph.constants["c"])
    }
    let tensor = TensorMessage("", .int32, [2], raw: Data([1, 0, 0, 0, 2, 0, 0, 0]))
    let whole = try constant(AttributeMessage("value", .tensor) { $0.tensor = tensor })
    #expect(whole.type == .int32 && whole.integers == [1, 2])
    let int = try constant(AttributeMessage("value_int", .int) { $0.int = -3 })
    #expect(int.type == .int64 && int.shape == [] && int.integers == [-3])
    let ints = try constant(AttributeMessage("value_ints", .ints) { $0.ints = [4, 5, 6] })
    #expect(ints.shape == [3] && ints.integers == [4, 5, 6])
    let float = try constant(AttributeMessage("value_float", .float) { $0.float = 0.5 })
    #expect(float.type == .float && float.shape == [] && float.tensor.scalars == [0.5])
    let floats = try constant(AttributeMessage("value_floats", .floats) { $0.floats = [1, 2] })
    #expect(floats.shape == [2] && floats.tensor.scalars == [1, 2])
    // Nothing is written of a zero by some, nothing of the type by the oldest.
    #expect(try constant(AttributeMessage("value_int", .int)).integers == [0])
    #expect(try constant(AttributeMessage("value_ints", .undefined) { $0.ints = [7] }).integers == [7])
    #expect(try constant(AttributeMessage("value_ints", .ints)).shape == [0])
  }

  @Test func weightsAreNoInputs() throws {
    let weights = [TensorMessage("w", .float, [1, 2], raw: Data(count: 8))]
    let read = try ONNXModel(model([NodeMessage("Add", ["x", "w"], ["y"])], inputs: ["x", "w"], weights: weights))
    #expect(read.inputs.map(\.name) == ["x"])
    #expect(read.graph.inputs == ["x"])
    #expect(read.graph.constants.keys.sorted() == ["w"])
  }

  @Test func leftOutInputsAndOutputs() throws {
    let nodes = [NodeMessage("Clip", ["x", "", ""], ["a"]), NodeMessage("Dropout", ["a"], ["y", ""])]
    let graph = try ONNXModel(model(nodes)).graph
    #expect(graph.nodes[0].inputs == ["x", nil, nil])
    #expect(graph.nodes[1].outputs == ["y", nil])
  }

  @Test func sizesOfInputs() throws {
    var message = model([NodeMessage("Relu", ["x"], ["y"])])
    message.graph!.inputs[0] = ValueMessage(
      "x", .uint8, [.parameter("batch"), .parameter(""), .unknown, .value(-1), .value(0), .value(224)])
    message.graph!.outputs[0] = ValueMessage("y", .double, nil)
    let read = try ONNXModel(message)
    #expect(read.inputs[0].dimensions == [.named("batch"), .unknown, .unknown, .unknown, .fixed(0), .fixed(224)])
    #expect(read.inputs[0].type == .uint8)
    #expect(read.outputs[0].dimensions == nil && read.outputs[0].type == .double)
  }

  @Test func newerOperatorSetsAreReadAndOldDomainNamesAreThose() throws {
    var message = model([
      NodeMessage("Relu", domain: "ai.onnx", ["x"], ["y"]), NodeMessage("Odd", domain: "com.x", ["x"], ["z"]),
    ])
    message.operatorSets = [OperatorSetMessage(domain: "ai.onnx", version: 99)]
    let read = try ONNXModel(message)
    #expect(read.opsets == ["": 99])
    #expect(read.graph.nodes.map(\.domain) == ["", "com.x"])
    #expect(read.graph.nodes.map(\.opset) == [99, 1])
  }
}
