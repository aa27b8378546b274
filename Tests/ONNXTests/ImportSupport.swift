import Diagnostics
import Foundation
import ONNX
import Tensors
import Testing

/// A model that takes `x` and gives `y`, of float `[1, 2]`.
func model(
  _ nodes: [NodeMessage], inputs: [String] = ["x"], outputs: [String] = ["y"], weights: [TensorMessage] = [],
  functions: [FunctionMessage] = [], opset: Int = 18
) -> ModelMessage {
  var graph = GraphMessage()
  graph.nodes = nodes
  graph.inputs = inputs.map { ValueMessage($0, .float, [.value(1), .value(2)]) }
  graph.outputs = outputs.map { ValueMessage($0, .float, [.value(1), .value(2)]) }
  graph.initializers = weights
  var model = ModelMessage()
  model.irVersion = 10
  model.graph = graph
  model.operatorSets = [OperatorSetMessage(version: opset)]
  model.functions = functions
  return model
}

extension ONNXModel {
  init(_ message: ModelMessage) throws { try self.init(bytes: message.encoded, name: "net.onnx") }
}

/// Checks that `body` throws an `InputError` whose text holds all of `texts`.
func expectFailure(
  _ texts: String..., sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch {
    guard let error = error as? InputError else {
      Issue.record("\(error) is no InputError", sourceLocation: sourceLocation)
      return
    }
    #expect(error.kind == .model, sourceLocation: sourceLocation)
    for text in texts { #expect(error.description.contains(text), "\(error)", sourceLocation: sourceLocation) }
  }
}

/// A convolution, a function of the file's own with an attribute, constants, and a choice between two graphs; made by
/// onnx 1.23.2.
enum TinyModel {
  static let bytes = Data(base64Encoded: base64)!

  private static let base64 = """
    CAoSDG9ubngtZXhhbXBsZRoBMTrEBApLCgVpbWFnZQoGd2VpZ2h0EgRjb252GgRjb252IgRDb252KhUKCGF1dG9fcGFkIgZOT1RTRVSgAQMqEQ\
    oEcGFkc0ABQAFAAUABoAEHCiMKBGNvbnYKBGJpYXMSBnNjYWxlZCIGU2NhbGVkOgVsb2NhbAovEgVzaGFwZSIIQ29uc3RhbnQqHAoKdmFsdWVf\
    aW50c0AAQP///////////wGgAQcKHgoGc2NhbGVkCgVzaGFwZRIEZmxhdCIHUmVzaGFwZQokEgN5ZXMiCENvbnN0YW50KhMKBXZhbHVlKgcIAR\
    AJSgEBoAEECqcBCgN5ZXMSBnNjb3JlcxoGY2hvaWNlIgJJZipWCgtlbHNlX2JyYW5jaDJECjAKBGZsYXQKBGJpYXMSAnQyIgZTY2FsZWQqDwoF\
    c2xvcGUVAAAAQKABAToFbG9jYWwSBGVsc2ViCgoCdDISBAoCCAGgAQUqNAoLdGhlbl9icmFuY2gyIgoPCgRmbGF0EgF0IgRSZWx1EgR0aGVuYg\
    kKAXQSBAoCCAGgAQUSBHRpbnkqXAgCCAEIAwgDEAFCBndlaWdodEpIAAAAAAAAgD0AAAA+AABAPgAAgD4AAKA+AADAPgAA4D4AAAA/AAAQPwAA\
    ID8AADA/AABAPwAAUD8AAGA/AABwPwAAgD8AAIg/Kg4IARAKKgKAaEIEYmlhc1ogCgVpbWFnZRIXChUIARIRCgMSAU4KAggBCgIIAgoCCAJiGQ\
    oGc2NvcmVzEg8KDQgBEgkKAxIBTgoCCAhCBAoAEBJCCQoFbG9jYWwQAXITCgR0YXNrEgt0d28gY2xhc3Nlc8oBoAEKBlNjYWxlZCIBeCIEYmlh\
    cyoBeTomEgNvbmUiCENvbnN0YW50KhUKC3ZhbHVlX2Zsb2F0FQAAgD+gAQE6HwoBeBIBZSIDRWx1KhIKBWFscGhhoAEBqgEFc2xvcGU6EAoBZQ\
    oDb25lEgFtIgNNdWw6EQoBbQoEYmlhcxIBeSIDQWRkSgQKABASUgVsb2NhbFoPCgVzbG9wZRUAAAA/oAEB
    """
}
