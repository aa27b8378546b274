import ONNX
import Tensors
import Testing

/// Normalisations, against numbers made by hand or by onnx 1.23.2's reference.
struct NormalizationTests {
  static let image = reals([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2])
  static let statistics = [reals([2, 3]), reals([1, -1]), reals([1, 5]), reals([3.75, 0])]

  static let cases: [OperatorCase] = [
    // Scales of 2/√4 and 3/√0.25.
    OperatorCase(
      "BatchNormalization", opset: 15, ["epsilon": .float(0.25)], [image] + statistics,
      gives: [reals([1, 2, 3, 4, -1, 5, 11, 17], [1, 2, 2, 2])], known: [1, 2, 3, 4]),
    OperatorCase(
      "BatchNormalization", opset: 9, ["epsilon": .float(0.25), "momentum": .float(0.9)],
      [reals([1, 5], [1, 2])] + statistics, gives: [reals([1, -1], [1, 2])], known: [1, 2, 3, 4]),
    OperatorCase(
      "BatchNormalization", opset: 7, ["epsilon": .float(0.25), "spatial": .int(0)],
      [reals([1, 5, 1, 6], [2, 1, 2])] + statistics.map { $0.reshaped(to: [1, 2]) },
      gives: [reals([1, -1, 1, 5], [2, 1, 2])], known: [1, 2, 3, 4]),
    OperatorCase(
      "BatchNormalization", opset: 14, ["epsilon": .float(0)],
      [reals([1, 2, 5]), reals([2]), reals([1]), reals([1]), reals([4])], gives: [reals([1, 2, 5])],
      known: [1, 2, 3, 4]),
    OperatorCase(
      "InstanceNormalization", opset: 6,
      [randomReals([2, 2, 3], seed: 1), randomReals([2], seed: 2), randomReals([2], seed: 3)],
      gives: [
        reals(
          [
            0.01615816, -0.007154703, -2.779961, -1.845395, -0.4570574, -1.222317, -0.1691468, 0.1679493, -2.76976,
            -0.3724068, -1.599358, -1.553004,
          ], [2, 2, 3])
      ]),
    OperatorCase(
      "LayerNormalization", opset: 17, ["axis": .int(1), "epsilon": .float(0.1)],
      [randomReals([2, 2, 3], seed: 1), randomReals([2, 3], seed: 2), randomReals([2, 3], seed: 3)],
      gives: [
        reals(
          [
            0.6142913, -1.834283, 0.5401728, -1.579154, 1.374362, -0.9495406, -1.224713, -1.105121, 0.6805062,
            -0.4446603, -0.9114922, -0.6328333,
          ], [2, 2, 3]), reals([-0.3247027, 0.2454382], [2, 1, 1]), reals([0.8508803, 0.8491283], [2, 1, 1]),
      ]),
    // Without a bias; a scale that is broadcast along the row.
    OperatorCase(
      "LayerNormalization", opset: 17, ["epsilon": .float(0)], [reals([1, 3, 2, 6], [2, 2]), reals([2])],
      gives: [reals([-2, 2, -2, 2], [2, 2])]),
    OperatorCase(
      "GroupNormalization", opset: 21, ["num_groups": .int(2)],
      [randomReals([2, 4, 2], seed: 1), randomReals([4], seed: 2), randomReals([4], seed: 3)],
      gives: [
        reals(
          [
            0.3998088, 0.3774928, -0.5896472, -0.6249411, 0.7763647, 0.4592362, -2.102669, -2.403134, -2.201649,
            -2.269525, -1.764527, -1.720258, 0.5933936, 0.7306057, -2.862793, -2.292661,
          ], [2, 4, 2])
      ]),
    // Scales for each group, as the first version has them.
    OperatorCase(
      "GroupNormalization", opset: 18, ["num_groups": .int(2), "epsilon": .float(0)],
      [reals([1, 3, 5, 9], [1, 4, 1]), reals([1, 10]), reals([0, 1])], gives: [reals([-1, 1, -9, 11], [1, 4, 1])]),
    OperatorCase(
      "RMSNormalization", opset: 23, [randomReals([2, 3], seed: 1), randomReals([3], seed: 2)],
      gives: [reals([1.605078, -0.6893106, -0.02512246, 0.4149203, 0.9152424, 0.07846501], [2, 3])]),
    OperatorCase(
      "MeanVarianceNormalization", opset: 13, [randomReals([2, 2, 1, 3], seed: 1)],
      gives: [
        reals(
          [
            -1.28037, -1.269957, -0.03150176, -0.3646317, 1.174434, 0.3260922, 0.6201689, 0.5127455, 1.448914,
            1.243494, -1.236543, -1.142846,
          ], [2, 2, 1, 3])
      ]),
    OperatorCase(
      "LpNormalization", opset: 22, ["p": .int(1), "axis": .int(0)], [reals([1, -2, -3, 2], [2, 2])],
      gives: [reals([0.25, -0.5, -0.75, 0.5], [2, 2])]),
    OperatorCase(
      "LpNormalization", opset: 1, [reals([3, -4, 6, 8], [2, 2])], gives: [reals([0.6, -0.8, 0.6, 0.8], [2, 2])]),
    OperatorCase(
      "LpNormalization", opset: 22, [reals([0, 0])], gives: [reals([0, 0])], differentiable: false),
    OperatorCase(
      "Dropout", opset: 7, ["ratio": .float(0.25)], [reals([1, 2])], gives: [reals([1, 2]), reals([1, 1])]),
    OperatorCase("Dropout", opset: 13, [reals([1, 2])], gives: [reals([1, 2]), truths([1, 1])]),
    OperatorCase(
      "Dropout", opset: 22, ["seed": .int(3)], [reals([1, 2]), reals([0.25], []), truths([0], [])],
      gives: [reals([1, 2])], known: [1, 2]),
  ]

  @Test(arguments: cases) func values(_ test: OperatorCase) throws { try test.check() }

  /// An image far from zero loses nothing: the sums are kept in double precision.
  @Test func smallDeviationsFromALargeMean() throws {
    let x = reals([4096, 4096.5, 4097, 4096.5], [1, 1, 4])
    try OperatorCase(
      "InstanceNormalization", opset: 22, ["epsilon": .float(0)], [x, reals([1]), reals([0])],
      gives: [reals([-1.4142136, 0, 1.4142136, 0], [1, 1, 4])], differentiable: false, tolerance: 1e-6
    ).check()
  }

  static let training: [OperatorCase] = [
    OperatorCase("BatchNormalization", opset: 15, ["training_mode": .int(1)], [image] + statistics, gives: [image]),
    OperatorCase("BatchNormalization", opset: 9, [image] + statistics, gives: [image, reals([0, 0])]),
    OperatorCase("BatchNormalization", opset: 6, [image] + statistics, gives: [image]),
    OperatorCase("Dropout", opset: 12, [image, reals([0.5], []), truths([1], [])], gives: [image]),
    OperatorCase("Dropout", opset: 6, [image], gives: [image]),
  ]

  @Test(arguments: training) func trainingIsRefused(_ test: OperatorCase) {
    #expect(test.failure(computed: [0]) == .unsupported)
  }

  static let bad: [OperatorCase] = [
    OperatorCase(
      "BatchNormalization", opset: 15, [image, reals([1]), reals([1]), reals([1]), reals([1])], gives: [image]),
    OperatorCase("BatchNormalization", opset: 15, [reals([1], [])] + statistics, gives: [image]),
    OperatorCase("InstanceNormalization", [image, reals([1, 2, 3]), reals([1, 2])], gives: [image]),
    OperatorCase("InstanceNormalization", [reals([1]), reals([1]), reals([1])], gives: [image]),
    OperatorCase("GroupNormalization", ["num_groups": .int(0)], [image, reals([1]), reals([1])], gives: [image]),
    OperatorCase("GroupNormalization", [image, reals([1]), reals([1])], gives: [image]),
    OperatorCase("LayerNormalization", ["axis": .int(4)], [image, reals([1])], gives: [image]),
    OperatorCase("RMSNormalization", opset: 23, ["axis": .int(-9)], [image, reals([1])], gives: [image]),
    OperatorCase("LpNormalization", ["p": .int(3)], [image], gives: [image]),
    OperatorCase("LpNormalization", ["axis": .int(7)], [image], gives: [image]),
    OperatorCase("MeanVarianceNormalization", ["axes": .ints([1, 1])], [image], gives: [image]),
    OperatorCase("MeanVarianceNormalization", [reals([1])], gives: [image]),
  ]

  @Test(arguments: bad) func badNodes(_ test: OperatorCase) {
    #expect(test.failure() == .invalid)
    #expect(test.failure(computed: [0]) == .invalid)
  }

  @Test func rowsOfAScaleThatDoesNotFit() {
    let test = OperatorCase("LayerNormalization", opset: 17, [Self.image, reals([1, 2, 3])], gives: [Self.image])
    #expect(test.failure(computed: [0]) == .unsupported)
  }
}
