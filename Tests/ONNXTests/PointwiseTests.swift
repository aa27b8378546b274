import ONNX
import Tensors
import Testing

/// Functions of one number; expected values are those of onnx 1.23.2's reference, but for `Swish`, whose are its formula's
/// in double precision.
struct PointwiseTests {
  private static let x: [Float] = [-3.5, -2, -1.2, -0.4, -0.05, 0.3, 0.8, 1.7, 2.5, 4]
  private static let unit: [Float] = [-0.9, -0.5, -0.1, 0.2, 0.7]
  private static let positive: [Float] = [1.2, 2, 5]

  private static func row(_ name: String, _ opset: Int, of x: [Float] = x, _ expected: [Float]) -> OperatorCase {
    row(name, opset, [:], of: x, expected)
  }

  private static func row(
    _ name: String, _ opset: Int, _ attributes: [String: Attribute], of x: [Float] = x, _ expected: [Float]
  ) -> OperatorCase {
    OperatorCase(name, opset: opset, attributes, [reals(x)], gives: [reals(expected)])
  }

  static let vectors: [OperatorCase] = [
    row(
      "Tanh", 13,
      [
        -0.9981779, -0.9640276, -0.8336546, -0.379949, -0.0499584, 0.2913126, 0.6640368, 0.9354091, 0.9866143,
        0.9993293,
      ]),
    row(
      "Sigmoid", 13,
      [0.0293122, 0.1192029, 0.2314752, 0.4013123, 0.4875026, 0.5744425, 0.6899745, 0.8455348, 0.9241418, 0.9820138]),
    row(
      "Erf", 13,
      [-0.9999993, -0.9953223, -0.910314, -0.4283924, -0.056372, 0.3286268, 0.742101, 0.9837905, 0.999593, 1.0]),
    row(
      "Exp", 13,
      [
        0.0301974, 0.1353353, 0.3011942, 0.67032, 0.9512294, 1.3498588, 2.2255411, 5.4739475, 12.1824932, 54.5981483,
      ]),
    row(
      "HardSigmoid", 22, ["alpha": .float(1 / 6)],
      [0, 0.1666667, 0.3, 0.4333333, 0.4916667, 0.55, 0.6333333, 0.7833333, 0.9166667, 1]),
    row(
      "HardSwish", 14,
      [-0.0, -0.3333333, -0.36, -0.1733333, -0.0245833, 0.165, 0.5066667, 1.3316667, 2.2916667, 4.0]),
    row(
      "Gelu", 20,
      [
        -0.0008142, -0.0455003, -0.1380836, -0.1378313, -0.0240031, 0.1853734, 0.6305157, 1.6242388, 2.4844759,
        3.9998732,
      ]),
    row(
      "Gelu", 20, ["approximate": .string("tanh")],
      [
        -0.0006161, -0.0454023, -0.1382972, -0.1378388, -0.0240031, 0.1853709, 0.6304317, 1.6241058, 2.4849157,
        3.9999299,
      ]),
    row(
      "Mish", 18,
      [
        -0.1040957, -0.2525015, -0.3088358, -0.1889165, -0.0291983, 0.2080014, 0.6596998, 1.6207681, 2.4713924,
        3.9974129,
      ]),
    row(
      "Elu", 22, ["alpha": .float(0.7)],
      [-0.6788618, -0.6052653, -0.4891641, -0.230776, -0.0341394, 0.3, 0.8, 1.7, 2.5, 4.0]),
    row(
      "Selu", 22,
      [
        -1.7050093, -1.5201665, -1.22857, -0.5796101, -0.0857435, 0.3152103, 0.8405609, 1.7861918, 2.6267526, 4.2028041,
      ]),
    row(
      "Celu", 12, ["alpha": .float(2)],
      [-1.6524521, -1.2642411, -0.9023768, -0.3625385, -0.0493802, 0.3, 0.8, 1.7, 2.5, 4.0]),
    row(
      "Swish", 24, ["alpha": .float(1.5)],
      [
        -0.0182704, -0.0948517, -0.1702213, -0.1417375, -0.0240629, 0.1831918, 0.6148199, 1.5768751, 2.4425566,
        3.9901097,
      ]),
    row("Relu", 14, [0, 0, 0, 0, 0, 0.3, 0.8, 1.7, 2.5, 4]),
    row("LeakyRelu", 16, [-0.035, -0.02, -0.012, -0.004, -0.0005, 0.3, 0.8, 1.7, 2.5, 4.0]),
    row("Neg", 13, [3.5, 2, 1.2, 0.4, 0.05, -0.3, -0.8, -1.7, -2.5, -4]),
    row("Abs", 13, [3.5, 2, 1.2, 0.4, 0.05, 0.3, 0.8, 1.7, 2.5, 4]),
    row("Sqrt", 13, of: positive, [1.0954452, 1.4142135, 2.236068]),
    row("Reciprocal", 13, of: positive, [0.8333333, 0.5, 0.2]),
  ]

  static let scalars: [OperatorCase] = [
    row(
      "Softplus", 22,
      [0.0297504, 0.126928, 0.2632824, 0.5130153, 0.6684597, 0.8543553, 1.1711006, 1.867786, 2.5788898, 4.0181499]),
    row(
      "Softsign", 22,
      [
        -0.7777778, -0.6666667, -0.5454546, -0.2857143, -0.0476191, 0.2307692, 0.4444445, 0.6296296, 0.7142857, 0.8,
      ]),
    row("ThresholdedRelu", 22, ["alpha": .float(0.5)], [0, 0, 0, 0, 0, 0, 0.8, 1.7, 2.5, 4]),
    row(
      "Shrink", 9, ["lambd": .float(1), "bias": .float(0.25)], [-3.25, -1.75, -0.95, 0, 0, 0, 0, 1.45, 2.25, 3.75]),
    row(
      "Sin", 22,
      [
        0.3507832, -0.9092974, -0.9320391, -0.3894183, -0.0499792, 0.2955202, 0.7173561, 0.9916648, 0.5984722,
        -0.7568025,
      ]),
    row(
      "Cos", 22,
      [
        -0.9364567, -0.4161468, 0.3623577, 0.921061, 0.9987503, 0.9553365, 0.6967067, -0.1288445, -0.8011436,
        -0.6536436,
      ]),
    row("Tan", 7, of: unit, [-1.2601582, -0.5463025, -0.1003347, 0.20271, 0.8422884]),
    row(
      "Atan", 22,
      [-1.2924967, -1.1071488, -0.8760581, -0.3805064, -0.0499584, 0.2914568, 0.674741, 1.0390723, 1.19029, 1.3258177]),
    row(
      "Sinh", 22,
      [
        -16.5426273, -3.6268604, -1.5094614, -0.4107523, -0.0500208, 0.3045203, 0.888106, 2.645632, 6.0502048,
        27.2899189,
      ]),
    row(
      "Cosh", 22,
      [
        16.5728245, 3.7621958, 1.8106556, 1.0810723, 1.0012503, 1.0453385, 1.3374349, 2.8283155, 6.1322894, 27.3082314,
      ]),
    row(
      "Asinh", 22,
      [
        -1.9657205, -1.4436355, -1.0159732, -0.3900353, -0.0499792, 0.2956731, 0.7326682, 1.3008205, 1.6472312,
        2.0947125,
      ]),
    row("Asin", 22, of: unit, [-1.1197695, -0.5235988, -0.1001674, 0.2013579, 0.7753975]),
    row("Acos", 22, of: unit, [2.6905658, 2.0943952, 1.6709638, 1.3694384, 0.7953988]),
    row("Atanh", 22, of: unit, [-1.4722193, -0.5493062, -0.1003353, 0.2027325, 0.8673005]),
    row("Acosh", 22, of: positive, [0.6223626, 1.316958, 2.2924316]),
    row("Log", 13, of: positive, [0.1823216, 0.6931472, 1.6094379]),
    row("Floor", 13, [-4, -2, -2, -1, -1, 0, 0, 1, 2, 4]),
    row("Ceil", 13, [-3, -2, -1, 0, 0, 1, 1, 2, 3, 4]),
    row("Round", 22, of: [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.7], [-2, -2, 0, 0, 2, 2, 3]),
    row("Sign", 13, of: [-2.5, 0, 3], [-1, 0, 1]),
  ]

  @Test(arguments: vectors) func functionInVectorsHolds(_ row: OperatorCase) throws {
    try row.smooth().check()
    // More than a register holds, and another number of elements: places do not matter.
    var wide = row.smooth()
    let (x, y) = (row.inputs[0]!.tensor.scalars, row.expected[0].tensor.scalars)
    wide.inputs = [reals((0..<3).flatMap { _ in x }, [3, x.count])]
    wide.expected = [reals((0..<3).flatMap { _ in y }, [3, x.count])]
    try wide.check()
  }

  @Test(arguments: scalars) func scalarFunctionHolds(_ row: OperatorCase) throws { try row.smooth().check() }

  static let wholeNumbers: [OperatorCase] = [
    OperatorCase("Neg", [wholes([-3, 0, 7])], gives: [wholes([3, 0, -7])]),
    OperatorCase("Abs", [wholes([-3, 0, 7], type: .int32)], gives: [wholes([3, 0, 7], type: .int32)]),
    OperatorCase("Sign", [wholes([-3, 0, 7])], gives: [wholes([-1, 0, 1])]),
    OperatorCase("Relu", [wholes([-3, 0, 7], type: .int32)], gives: [wholes([0, 0, 7], type: .int32)]),
    OperatorCase("Abs", [wholes([.min])], gives: [wholes([.min])], computes: false),
    OperatorCase("Neg", [wholes([-128], type: .int8)], gives: [wholes([-128], type: .int8)], computes: false),
  ]

  @Test(arguments: wholeNumbers) func wholeNumbersAreExact(_ row: OperatorCase) throws { try row.check() }

  @Test func specialNumbersPass() throws {
    let special: [Float] = [-.infinity, .infinity, .nan]
    for (name, expected) in [
      ("Relu", [0, .infinity, .nan]), ("Sigmoid", [0, 1, .nan]), ("Tanh", [-1, 1, .nan]),
      ("Exp", [0, .infinity, .nan]),
      ("Erf", [-1, 1, .nan]), ("Abs", [.infinity, .infinity, .nan]), ("HardSigmoid", [0, 1, .nan]),
      ("Elu", [-1, .infinity, .nan]),
    ] as [(String, [Float])] {
      try OperatorCase(name, [reals(special)], gives: [reals(expected)], differentiable: false).check()
    }
  }

  @Test func aRealFunctionOfWholeNumbersIsInvalid() {
    for name in ["Sqrt", "Sigmoid", "Sin", "Floor", "Gelu"] {
      #expect(OperatorCase(name, opset: 22, [wholes([1])], gives: [wholes([1])]).failure() == .invalid, "\(name)")
    }
    let bad = OperatorCase("Gelu", opset: 20, ["approximate": .string("erf")], [reals([1])], gives: [reals([1])])
    #expect(bad.failure() == .invalid)
    #expect(OperatorCase("Relu", [nil], gives: [reals([1])]).failure() == .invalid)
    #expect(OperatorCase("Relu", [truths([1])], gives: [truths([1])]).failure() == .invalid)
  }
}

extension OperatorCase {
  /// The row, compared with finite differences unless its function has steps.
  fileprivate func smooth() -> OperatorCase {
    var row = self
    if ["Floor", "Ceil", "Round", "Sign"].contains(name) { row.isDifferentiable = false }
    return row
  }
}
