import ONNX
import Tensors
import Testing

/// Convolutions against their definition, summed in double precision.
@Suite struct ConvolutionTests {
  /// A convolution, or the transposed one, of `[2, channels, size…]`.
  struct Case: Sendable, CustomTestStringConvertible {
    var channels = 2
    var size: [Int]
    var filters = 2
    var kernel: [Int]
    var group = 1
    var strides: [Int]?
    var dilations: [Int]?
    var pads: [Int]?
    var automatic: String?
    var outputPadding: [Int]?
    var outputShape: [Int]?
    var bias = true
    /// The padding before, and the size of the result, as ONNX's formulas give them.
    var before: [Int]
    var output: [Int]

    var testDescription: String {
      "\(channels)×\(size) → \(filters), \(kernel) in \(group), strides \(strides ?? []), dilations \(dilations ?? []), "
        + "pads \(pads ?? []) \(automatic ?? "")"
    }

    var attributes: [String: Attribute] {
      var attributes: [String: Attribute] = ["group": .int(group)]
      if let strides { attributes["strides"] = .ints(strides) }
      if let dilations { attributes["dilations"] = .ints(dilations) }
      if let pads { attributes["pads"] = .ints(pads) }
      if let automatic { attributes["auto_pad"] = .string(automatic) }
      if let outputPadding { attributes["output_padding"] = .ints(outputPadding) }
      if let outputShape { attributes["output_shape"] = .ints(outputShape) }
      return attributes
    }

    /// `small` by `kernel` places, where place `o` and element `k` meet `o · stride + k · dilation - before` of `large`.
    func forEachMeeting(
      _ small: [Int], _ large: [Int], _ body: (_ small: Int, _ large: Int, _ tap: Int) -> Void
    ) {
      for o in 0..<small.reduce(1, *) {
        for k in 0..<kernel.reduce(1, *) {
          var (position, rest, tap, isInside) = (0, o, k, true)
          var places: [Int] = []
          for axis in small.indices.reversed() {
            places.insert(
              rest % small[axis] * (strides?[axis] ?? 1) + tap % kernel[axis]
                * (dilations?[axis] ?? 1) - before[axis],
              at: 0)
            rest /= small[axis]
            tap /= kernel[axis]
          }
          for axis in large.indices {
            isInside = isInside && (0..<large[axis]).contains(places[axis])
            position = position * large[axis] + places[axis]
          }
          if isInside { body(o, position, k) }
        }
      }
    }
  }

  static let convolutions = [
    Case(size: [7], kernel: [3], strides: [2], pads: [1, 2], before: [1], output: [4]),
    Case(size: [9], kernel: [3], dilations: [3], bias: false, before: [0], output: [3]),
    Case(channels: 3, size: [5, 6], filters: 4, kernel: [3, 2], before: [0, 0], output: [3, 5]),
    Case(
      size: [5, 6], kernel: [2, 3], strides: [2, 3], pads: [1, 0, 0, 2], before: [1, 0],
      output: [3, 2]),
    Case(
      size: [7, 7], kernel: [3, 3], dilations: [2, 1], pads: [2, 1, 2, 1], before: [2, 1],
      output: [7, 7]),
    Case(
      channels: 8, size: [5, 5], filters: 8, kernel: [3, 3], group: 8, strides: [2, 2],
      pads: [1, 1, 1, 1],
      before: [1, 1], output: [3, 3]),
    Case(
      channels: 3, size: [5, 9], filters: 6, kernel: [3, 3], group: 3, dilations: [1, 2],
      before: [0, 0], output: [3, 5]),
    Case(
      channels: 3, size: [6, 6], filters: 3, kernel: [3, 3], group: 3, pads: [1, 1, 1, 1],
      before: [1, 1], output: [6, 6]),
    Case(
      channels: 4, size: [4, 4], filters: 6, kernel: [3, 3], group: 2, pads: [1, 1, 1, 1],
      before: [1, 1], output: [4, 4]),
    Case(
      channels: 16, size: [4, 4], filters: 16, kernel: [3, 3], group: 2, pads: [1, 1, 0, 0],
      before: [1, 1], output: [3, 3]),
    Case(
      channels: 8, size: [5, 5], filters: 8, kernel: [3, 3], dilations: [2, 2], pads: [2, 2, 2, 2],
      before: [2, 2], output: [5, 5]),
    Case(
      channels: 8, size: [5, 4], filters: 3, kernel: [1, 1], strides: [2, 2], before: [0, 0],
      output: [3, 2]),
    Case(
      channels: 8, size: [4, 4], filters: 8, kernel: [2, 2], pads: [0, 0, 1, 1], before: [0, 0],
      output: [4, 4]),
    Case(
      size: [5, 6], kernel: [2, 3], strides: [2, 2], automatic: "SAME_UPPER", before: [0, 0],
      output: [3, 3]),
    Case(
      size: [5, 6], kernel: [2, 3], strides: [2, 2], automatic: "SAME_LOWER", before: [1, 1],
      output: [3, 3]),
    Case(
      size: [6, 6], kernel: [3, 3], strides: [2, 2], automatic: "VALID", before: [0, 0],
      output: [2, 2]),
    Case(
      size: [3, 4, 5], kernel: [2, 3, 2], strides: [1, 2, 1], pads: [0, 1, 1, 1, 1, 0],
      before: [0, 1, 1], output: [3, 2, 5]),
    Case(
      channels: 8, size: [4, 4, 4], filters: 8, kernel: [3, 3, 3], pads: [1, 1, 1, 1, 1, 1],
      before: [1, 1, 1],
      output: [4, 4, 4]),
    Case(
      size: [4, 4, 4], kernel: [2, 2, 2], group: 2, dilations: [2, 1, 3], before: [0, 0, 0],
      output: [2, 3, 1]),
  ]

  static let transposed = [
    Case(size: [4], kernel: [3], before: [0], output: [6]),
    Case(
      size: [3, 3], filters: 3, kernel: [3, 3], strides: [2, 3], outputPadding: [1, 1],
      before: [0, 0], output: [8, 10]),
    Case(
      size: [3, 3], kernel: [3, 3], strides: [2, 2], pads: [1, 0, 0, 2], bias: false,
      before: [1, 0], output: [6, 5]),
    Case(
      channels: 4, size: [3, 3], kernel: [2, 2], group: 2, dilations: [2, 2], before: [0, 0],
      output: [5, 5]),
    Case(
      size: [3, 3], kernel: [3, 3], strides: [2, 2], automatic: "SAME_UPPER", before: [0, 0],
      output: [6, 6]),
    Case(
      size: [3, 3], kernel: [3, 3], strides: [2, 2], automatic: "SAME_LOWER", before: [1, 1],
      output: [6, 6]),
    Case(
      size: [3, 3], kernel: [3, 3], strides: [3, 2], outputPadding: [1, 1], outputShape: [10, 8],
      before: [0, 0], output: [10, 8]),
    Case(
      channels: 8, size: [3, 3], filters: 8, kernel: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1],
      before: [1, 1], output: [5, 5]),
    Case(
      size: [2, 3, 2], kernel: [2, 2, 3], strides: [2, 1, 1], before: [0, 0, 0], output: [4, 4, 4]),
  ]

  @Test(arguments: convolutions) func convolution(_ test: Case) throws {
    let x = randomReals(Shape([2, test.channels] + test.size), seed: 1)
    let weights = randomReals(
      Shape([test.filters, test.channels / test.group] + test.kernel), seed: 2)
    let bias = randomReals([test.filters], seed: 3)
    let (xs, ws, bs) = (x.tensor.scalars, weights.tensor.scalars, bias.tensor.scalars)
    let (plane, image, taps) = (
      test.output.reduce(1, *), test.size.reduce(1, *), test.kernel.reduce(1, *)
    )
    let (perGroup, filtersPerGroup) = (test.channels / test.group, test.filters / test.group)
    var y = (0..<2 * test.filters * plane).map {
      test.bias ? Double(bs[$0 / plane % test.filters]) : 0
    }
    test.forEachMeeting(test.output, test.size) { o, i, k in
      for b in 0..<2 {
        for f in 0..<test.filters {
          for c in 0..<perGroup {
            let channel = f / filtersPerGroup * perGroup + c
            y[(b * test.filters + f) * plane + o] +=
              Double(xs[(b * test.channels + channel) * image + i])
              * Double(ws[(f * perGroup + c) * taps + k])
          }
        }
      }
    }
    try OperatorCase(
      "Conv", opset: 17, test.attributes, test.bias ? [x, weights, bias] : [x, weights],
      gives: [reals(y.map { Float($0) }, Shape([2, test.filters] + test.output))], tolerance: 1e-5
    ).check()
  }

  @Test(arguments: transposed) func transposedConvolution(_ test: Case) throws {
    let x = randomReals(Shape([2, test.channels] + test.size), seed: 1)
    let weights = randomReals(Shape([test.channels, test.filters] + test.kernel), seed: 2)
    let channels = test.filters * test.group
    let bias = randomReals([channels], seed: 3)
    let (xs, ws, bs) = (x.tensor.scalars, weights.tensor.scalars, bias.tensor.scalars)
    let (plane, image, taps) = (
      test.output.reduce(1, *), test.size.reduce(1, *), test.kernel.reduce(1, *)
    )
    var y = (0..<2 * channels * plane).map { test.bias ? Double(bs[$0 / plane % channels]) : 0 }
    test.forEachMeeting(test.size, test.output) { i, o, k in
      for b in 0..<2 {
        for c in 0..<test.channels {
          let group = c / (test.channels / test.group)
          for f in 0..<test.filters {
            y[(b * channels + group * test.filters + f) * plane + o] +=
              Double(xs[(b * test.channels + c) * image + i])
              * Double(ws[(c * test.filters + f) * taps + k])
          }
        }
      }
    }
    try OperatorCase(
      "ConvTranspose", opset: 17, test.attributes, test.bias ? [x, weights, bias] : [x, weights],
      gives: [reals(y.map { Float($0) }, Shape([2, channels] + test.output))], tolerance: 1e-5
    ).check()
  }

  static let bad: [(String, [String: Attribute], Shape, Shape, LoweringFailure.Kind)] = [
    ("Conv", [:], [1, 2, 5, 5], [3, 3, 2, 2], .invalid),
    ("Conv", [:], [1, 2, 5, 5], [3, 2, 6, 2], .invalid),
    ("Conv", [:], [1, 2, 5], [3, 2, 2, 2], .invalid),
    ("Conv", [:], [1, 2, 0, 5], [3, 2, 1, 1], .invalid),
    ("Conv", ["strides": .ints([0, 1])], [1, 2, 5, 5], [3, 2, 2, 2], .invalid),
    ("Conv", ["strides": .ints([1])], [1, 2, 5, 5], [3, 2, 2, 2], .invalid),
    ("Conv", ["dilations": .ints([.max, 1])], [1, 2, 5, 5], [3, 2, 2, 2], .invalid),
    ("Conv", ["pads": .ints([-1, 0, 0, 0])], [1, 2, 5, 5], [3, 2, 2, 2], .unsupported),
    ("Conv", ["pads": .ints([.max, 0, .max, 0])], [1, 2, 5, 5], [3, 2, 2, 2], .unsupported),
    (
      "Conv", ["pads": .ints([1 << 24, 1 << 24, 0, 0])], [1, 2, 5, 5], [3, 2, 2, 2], .unsupported
    ),
    ("Conv", ["group": .int(0)], [1, 2, 5, 5], [3, 2, 2, 2], .invalid),
    ("Conv", ["group": .int(.max)], [1, 2, 5, 5], [3, 2, 2, 2], .invalid),
    ("Conv", ["group": .int(2)], [1, 4, 5, 5], [3, 2, 2, 2], .invalid),
    ("Conv", ["auto_pad": .string("SAME")], [1, 2, 5, 5], [3, 2, 2, 2], .invalid),
    ("Conv", ["kernel_shape": .ints([3, 3])], [1, 2, 5, 5], [3, 2, 2, 2], .invalid),
    ("Conv", [:], [1, 1, 2, 2, 2, 2], [1, 1, 1, 1, 1, 1], .unsupported),
    ("ConvTranspose", ["pads": .ints([9, 0, 9, 0])], [1, 2, 5, 5], [2, 2, 2, 2], .invalid),
    (
      "ConvTranspose", ["output_padding": .ints([1, 1])], [1, 2, 5, 5], [2, 2, 2, 2], .unsupported
    ),
    ("ConvTranspose", ["output_shape": .ints([0, 3])], [1, 2, 5, 5], [2, 2, 2, 2], .invalid),
    ("ConvTranspose", ["output_shape": .ints([.max, 3])], [1, 2, 5, 5], [2, 2, 2, 2], .invalid),
    ("ConvTranspose", [:], [1, 2, 5, 5], [3, 2, 2, 2], .invalid),
  ]

  @Test(arguments: bad.indices) func badNodesAreRefused(_ index: Int) {
    let (name, attributes, image, weights, kind) = Self.bad[index]
    let test = OperatorCase(
      name, opset: 17, attributes, [randomReals(image, seed: 1), randomReals(weights, seed: 2)],
      gives: [reals([0])])
    #expect(test.failure() == kind, "\(test.testDescription)")
    #expect(test.failure(computed: [0]) == kind, "\(test.testDescription)")
  }

  static let integers = [
    OperatorCase(
      "ConvInteger", opset: 10, [:],
      [
        wholes(Array(2...10), [1, 1, 3, 3], type: .uint8), wholes([1, 1, 1, 1], [1, 1, 2, 2], type: .uint8),
        wholes([1], [], type: .uint8),
      ],
      gives: [wholes([12, 16, 24, 28], [1, 1, 2, 2], type: .int32)], known: [2], differentiable: false),
    // A zero point for each filter.
    OperatorCase(
      "ConvInteger", opset: 10, [:],
      [
        wholes([3, 200], [1, 1, 2], type: .uint8), wholes([-1, 2], [2, 1, 1], type: .int8), nil,
        wholes([-2, 5], [2], type: .int8),
      ], gives: [wholes([3, 200, -9, -600], [1, 2, 2], type: .int32)], known: [3], differentiable: false),
  ]

  @Test(arguments: integers) func integerConvolution(_ test: OperatorCase) throws { try test.check() }

  @Test func aBiasOfAnotherSizeIsRefused() {
    let inputs = [
      randomReals([1, 2, 3, 3], seed: 1), randomReals([3, 2, 2, 2], seed: 2),
      randomReals([2], seed: 3),
    ]
    #expect(OperatorCase("Conv", opset: 17, [:], inputs, gives: [reals([0])]).failure() == .invalid)
  }
}
