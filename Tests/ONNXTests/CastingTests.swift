import ONNX
import Tensors
import Testing

/// Conversions and quantised numbers; expected values by hand, from the tables of ONNX's definitions.
struct CastingTests {
  private static func cast(_ x: Constant, _ y: Constant, computes: Bool = true) -> OperatorCase {
    OperatorCase(
      "Cast", opset: 25, ["to": .int(y.type.rawValue)], [x], gives: [y], computes: computes, differentiable: false)
  }

  static let casts: [OperatorCase] = [
    cast(reals([1.9, -1.9, 0]), wholes([1, -1, 0])),
    cast(reals([1.9, -1.9, 0, .nan]), truths([1, 1, 0, 1])),
    cast(wholes([1, -2, 0]), reals([1, -2, 0])),
    cast(wholes([3, 0]), truths([1, 0])),
    cast(truths([1, 0]), reals([1, 0])),
    cast(wholes([200], type: .int16), wholes([-56], type: .int8)),
    cast(wholes([-1], type: .int32), wholes([255], type: .uint8)),
    cast(reals([0.1, 70_000, 1e-9]), reals([0.099975586, .infinity, 0], type: .float16)),
    cast(reals([1.01, 3.4e38]), reals([1.0078125, .infinity], type: .bfloat16)),
    cast(reals([500, 0.07]), reals([448, 0.0703125], type: .float8e4m3fn)),
    cast(reals([0.7, 5, .nan]), reals([0.5, 4, -0.0], type: .float4e2m1)),
    cast(reals([3, 4, 0]), reals([4, 4, 5.877_472e-39], type: .float8e8m0)),
    cast(reals([0.1]), reals([0.1], type: .double)),
    cast(wholes([1 << 53 + 1]), wholes([1], type: .int32), computes: false),
    cast(reals([1e30, -.infinity, .nan]), wholes([.max, .min, 0]), computes: false),
    OperatorCase("CastLike", opset: 15, [reals([1.5]), wholes([0])], gives: [wholes([1])]),
    OperatorCase("Identity", [reals([1.5])], gives: [reals([1.5])]),
    OperatorCase("Identity", [wholes([7])], gives: [wholes([7])]),
  ]

  @Test(arguments: casts) func conversionHolds(_ row: OperatorCase) throws { try row.check() }

  @Test func theGradientPassesRealTypesOnly() throws {
    let x = reals([0.1, 2.3])
    #expect(try Self.cast(x, reals([0, 0], type: .float16)).gradients(seed: [1, 2]) == [[1, 2]])
    #expect(try Self.cast(x, wholes([0, 0])).gradients(seed: [1, 2]) == [[0, 0]])
  }

  @Test func badTypesFail() {
    let x = reals([1])
    #expect(OperatorCase("Cast", [x], gives: [x]).failure() == .invalid)
    #expect(OperatorCase("Cast", ["to": .int(99)], [x], gives: [x]).failure() == .unsupported)
    #expect(OperatorCase("Cast", ["to": .int(8)], [x], gives: [x]).failure() == .unsupported)
  }

  private static let pixels = reals([-1, 0, 0.5, 1.5, 2.5, 300])

  static let quantized: [OperatorCase] = [
    OperatorCase(
      "QuantizeLinear", opset: 10, [pixels, reals([1], [])], gives: [wholes([0, 0, 0, 2, 2, 255], type: .uint8)]),
    OperatorCase(
      "QuantizeLinear", opset: 13, [pixels, reals([0.5], []), wholes([-1], [], type: .int8)],
      gives: [wholes([-3, -1, 0, 2, 4, 127], type: .int8)]),
    OperatorCase(
      "QuantizeLinear", opset: 13, [reals([1, 2, 3, 4], [2, 2]), reals([1, 2]), wholes([0, 10], type: .uint8)],
      gives: [wholes([1, 11, 3, 12], [2, 2], type: .uint8)]),
    OperatorCase(
      "DequantizeLinear", opset: 13, ["axis": .int(0)],
      [wholes([1, 2, 3, 4], [2, 2], type: .int8), reals([0.5, 2]), wholes([1, -1], type: .int8)],
      gives: [reals([0, 0.5, 8, 10], [2, 2])]),
    OperatorCase(
      "DequantizeLinear", opset: 21, ["axis": .int(1), "block_size": .int(2)],
      [wholes([1, 2, 3, 4, 5, 6], [2, 3], type: .int8), reals([1, 10, 100, 1000], [2, 2])],
      gives: [reals([1, 2, 30, 400, 500, 6000], [2, 3])], known: [1]),
    OperatorCase(
      "DequantizeLinear", opset: 10, [wholes([100], type: .int32), reals([0.25], [])], gives: [reals([25])]),
    OperatorCase(
      "DynamicQuantizeLinear", opset: 11, [reals([0, 2, -3, -2.5, 1.34, 0.5])],
      gives: [
        wholes([153, 255, 0, 26, 221, 179], type: .uint8), reals([0.019607844], []), wholes([153], [], type: .uint8),
      ], differentiable: false),
  ]

  @Test(arguments: quantized) func quantizationHolds(_ row: OperatorCase) throws { try row.check() }

  @Test func badScalesFail() {
    let x = reals([1, 2, 3, 4], [2, 2])
    #expect(OperatorCase("QuantizeLinear", [x, reals([1, 2, 3])], gives: [x]).failure() == .invalid)
    #expect(OperatorCase("QuantizeLinear", ["axis": .int(2)], [x, reals([1, 2])], gives: [x]).failure() == .invalid)
    let block = ["block_size": Attribute.int(3)]
    #expect(
      OperatorCase("DequantizeLinear", opset: 21, block, [x, reals([1, 2], [2, 1])], gives: [x]).failure() == nil)
    #expect(OperatorCase("DequantizeLinear", opset: 21, block, [x, x], gives: [x]).failure() == .invalid)
  }
}
