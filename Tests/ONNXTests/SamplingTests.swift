import ONNX
import Tensors
import Testing

struct SamplingTests {
  @Test(arguments: cases) func givesWhatItShall(_ row: OperatorCase) throws {
    var row = row
    row.tolerance = 2e-5
    // What is read steps at the borders of pixels in the mode nearest.
    if case .string("nearest")? = row.attributes["mode"] { row.isDifferentiable = false }
    try row.check()
  }

  /// The gradient by the image of what is read is one even where the reading by its place steps.
  @Test func nearestPixelsTakeTheGradient() throws {
    var row = Self.cases[0]
    row.known = [1]
    row.tolerance = 2e-5
    try row.check()
  }

  @Test(arguments: bad) func isRefused(_ row: OperatorCase) { #expect(row.failure() == .invalid) }

  /// The powers 1.5 of 0, 1, 2 …, rounded.
  private static let elements: [Float] = [
    0, 1, 2.83, 5.2, 8, 11.18, 14.7, 18.52, 22.63, 27, 31.62, 36.48, 41.57, 46.87, 52.38, 58.09,
  ]
  private static let image = reals(Array(elements[..<12]), [1, 1, 3, 4])
  private static let cube = reals(elements, [1, 2, 2, 2, 2])
  private static let grid = reals([-1.3, -0.9, -0.4, 0.3, 0.15, 1.2, 0.62, -0.37, 1.6, 0.77, 0, 0.05], [1, 2, 3, 2])

  private static func sample(
    _ mode: String, _ padding: String, _ alignsCorners: Bool, gives scalars: [Float]
  ) -> OperatorCase {
    OperatorCase(
      "GridSample", opset: 20,
      ["mode": .string(mode), "padding_mode": .string(padding), "align_corners": .int(alignsCorners ? 1 : 0)],
      [image, grid], gives: [reals(scalars, [1, 1, 2, 3])])
  }

  /// Results of the reference of onnx 1.23.2.
  private static let cases: [OperatorCase] = sampled + others

  private static let sampled: [OperatorCase] = [
    sample("nearest", "zeros", false, gives: [0, 11.18, 0, 5.2, 0, 14.7]),
    sample("nearest", "zeros", true, gives: [0, 11.18, 31.62, 14.7, 0, 14.7]),
    sample("nearest", "border", false, gives: [0, 11.18, 31.62, 5.2, 36.48, 14.7]),
    sample("nearest", "border", true, gives: [0, 11.18, 31.62, 14.7, 36.48, 14.7]),
    sample("nearest", "reflection", false, gives: [0, 11.18, 31.62, 5.2, 31.62, 14.7]),
    sample("nearest", "reflection", true, gives: [0, 11.18, 31.62, 14.7, 31.62, 14.7]),
    sample("linear", "zeros", false, gives: [0, 17.1843, 6.13919, 10.3434, 0, 14.1677]),
    sample("linear", "zeros", true, gives: [0.44, 15.5723, 24.2796, 11.72, 3.23492, 13.7585]),
    sample("linear", "border", false, gives: [0, 17.1843, 30.696, 10.3434, 36.48, 14.1677]),
    sample("linear", "border", true, gives: [0.8, 15.5723, 30.3495, 11.72, 32.3492, 13.7585]),
    sample("linear", "reflection", false, gives: [0.0999999, 17.1843, 30.696, 10.3434, 33.078, 14.1677]),
    sample("linear", "reflection", true, gives: [1.3481, 15.5723, 27.026, 11.72, 28.1905, 13.7585]),
    sample("cubic", "zeros", false, gives: [0.0539001, 20.6065, 5.75807, 10.5193, -1.56589, 14.5154]),
    sample("cubic", "zeros", true, gives: [0.184209, 17.5049, 26.3988, 11.483, 3.06215, 13.9517]),
    sample("cubic", "border", false, gives: [-0.887247, 17.6828, 30.4452, 8.95788, 37.9708, 14.4012]),
    sample("cubic", "border", true, gives: [0.557251, 16.1646, 30.106, 10.2624, 33.1855, 13.8995]),
    sample("cubic", "reflection", false, gives: [-1.32391, 17.6828, 32.4438, 8.95788, 35.1878, 14.4012]),
    sample("cubic", "reflection", true, gives: [0.270814, 16.8786, 29.0527, 9.68842, 30.9286, 13.9287]),
  ]

  private static let others: [OperatorCase] = [
    OperatorCase(
      "GridSample", opset: 20, [:], [cube, reals([0.1, -0.2, 0.3, -0.6, 0.4, 0.2], [1, 1, 1, 2, 3])],
      gives: [reals([9.96568, 9.52659, 44.06088, 40.613045], [1, 2, 1, 1, 2])]),
    OperatorCase(
      "AffineGrid", opset: 20, ["align_corners": .int(0)],
      [reals([0.8, -0.2, 0.1, 0.3, 1.1, -0.25], [1, 2, 3]), wholes([1, 1, 2, 3])],
      gives: [
        reals(
          [-0.333333, -1, 0.2, -0.8, 0.733333, -0.6, -0.533333, 0.1, -8.32667e-17, 0.3, 0.533333, 0.5], [1, 2, 3, 2])
      ], known: [1]),
    OperatorCase(
      "AffineGrid", opset: 20, ["align_corners": .int(1)],
      [reals([0.8, -0.2, 0.1, 0.3, 1.1, -0.25], [1, 2, 3]), wholes([1, 1, 2, 3])],
      gives: [reals([-0.5, -1.65, 0.3, -1.35, 1.1, -1.05, -0.9, 0.55, -0.1, 0.85, 0.7, 1.15], [1, 2, 3, 2])], known: [1]
    ),
    OperatorCase(
      "AffineGrid", opset: 20, [:],
      [reals([0.8, -0.2, 0.1, 0.3, 0.3, 1.1, -0.25, 0, 0.1, 0.2, 0.3, 0.4], [1, 3, 4]), wholes([1, 1, 2, 1, 2])],
      gives: [reals([-0.15, -0.025, 0.2, 0.65, 0.275, 0.3, -0.05, -0.275, 0.5, 0.75, 0.025, 0.6], [1, 2, 1, 2, 3])],
      known: [1]),
  ]

  private static let bad: [OperatorCase] = [
    OperatorCase("GridSample", opset: 16, [:], [image, reals([0, 0], [1, 1, 2])], gives: [image]),
    OperatorCase("GridSample", opset: 16, [:], [image, reals([0, 0, 0, 0], [2, 1, 1, 2])], gives: [image]),
    OperatorCase("GridSample", opset: 16, ["mode": .string("area")], [image, grid], gives: [image]),
    OperatorCase("GridSample", opset: 16, [:], [reals([], [1, 1, 0, 4]), grid], gives: [image]),
    OperatorCase("AffineGrid", opset: 20, [:], [reals([1, 2, 3], [1, 1, 3]), wholes([1, 1, 2, 3])], gives: [image]),
    OperatorCase(
      "AffineGrid", opset: 20, [:], [reals([1, 2, 3, 4, 5, 6], [1, 2, 3]), wholes([1, 1, -2, 3])], gives: [image]),
    OperatorCase("AffineGrid", opset: 20, [:], [reals([1, 2, 3, 4, 5, 6], [1, 2, 3]), wholes([1])], gives: [image]),
  ]
}
