import Autodiff
import Foundation
import Tensors
import TestSupport
import Testing

/// Values and gradients against PyTorch in float64 (`Tests/Fixtures/operations.py`).
@Suite struct PyTorchTests {
  @Test(arguments: try ReferenceCase.all())
  func agrees(_ reference: ReferenceCase) throws {
    let graph = Graph()
    let inputs = reference.inputs.map { graph.variable($0.tensor) }
    let output = try reference.apply(inputs)
    #expect(output.value.relativeError(to: reference.output.tensor) < 2e-6)
    let gradients = graph.gradients(of: output, seed: reference.cotangent.tensor, by: inputs)
    for (gradient, expected) in zip(gradients, reference.gradients) {
      #expect(gradient.relativeError(to: expected.tensor) < 5e-6)
    }
  }
}

struct ReferenceCase: Decodable, Sendable, CustomTestStringConvertible {
  struct Values: Decodable, Sendable {
    let shape: Shape
    let values: [Float]

    var tensor: Tensor { Tensor(values, shape: shape) }
  }

  struct Parameters: Decodable, Sendable {
    let stride: Int?
    let padding: Int?
    let size: Int?
    let labels: [Int]?
    let targets: [Int]?
    let margin: Float?
  }

  let operation: String
  let parameters: Parameters
  let inputs: [Values]
  let output: Values
  let cotangent: Values
  let gradients: [Values]

  var testDescription: String { "\(operation) of \(inputs.map { $0.shape.description }.joined(separator: ", "))" }

  static func all() throws -> [ReferenceCase] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/operations.json").standardizedFileURL
    return try JSONDecoder().decode([ReferenceCase].self, from: Data(contentsOf: file))
  }

  func apply(_ inputs: [Variable]) throws -> Variable {
    let x = inputs[0]
    let p = parameters
    return switch operation {
    case "convolution":
      x.convolution(inputs[1], bias: inputs[2], stride: try #require(p.stride), padding: try #require(p.padding))
    case "linear": x.linear(inputs[1], bias: inputs[2])
    case "maxPooling": x.maxPooling(size: try #require(p.size), stride: try #require(p.stride))
    case "softmax": x.softmax()
    case "logSoftmax": x.logSoftmax()
    case "sigmoid": x.sigmoid()
    case "logSigmoid": x.logSigmoid()
    case "standardizedPerImage": x.standardizedPerImage()
    case "crossEntropy": x.crossEntropy(labels: try #require(p.labels))
    case "logitMargin": x.logitMargin(labels: try #require(p.labels))
    case "differenceOfLogitsRatio": x.differenceOfLogitsRatio(labels: try #require(p.labels))
    case "targetedDifferenceOfLogitsRatio":
      x.targetedDifferenceOfLogitsRatio(labels: try #require(p.labels), targets: try #require(p.targets))
    case "spreadLoss": x.spreadLoss(labels: try #require(p.labels), margin: try #require(p.margin))
    case "marginLoss": x.marginLoss(labels: try #require(p.labels))
    default: throw UnknownOperation(name: operation)
    }
  }

  struct UnknownOperation: Error { let name: String }
}
