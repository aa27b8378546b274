import ONNX
import Tensors
import Testing

struct ResamplingTests {
  @Test(arguments: reference + byHand) func givesWhatItShall(_ row: OperatorCase) throws { try row.check() }

  @Test(arguments: bad) func isRefused(_ row: OperatorCase) { #expect(row.failure() == .invalid) }

  /// The powers 1.5 of 0, 1, 2 …, rounded.
  private static let elements: [Float] = [
    0, 1, 2.83, 5.2, 8, 11.18, 14.7, 18.52, 22.63, 27, 31.62, 36.48, 41.57, 46.87, 52.38, 58.09,
  ]
  private static let square = reals(elements, [1, 1, 4, 4])
  private static let wide = reals(Array(elements[..<8]), [1, 1, 2, 4])
  private static let line = reals(Array(elements[..<4]), [1, 1, 1, 4])

  /// No 32-bit float equals it.
  private static let large = 1_152_921_504_606_846_977

  private static func resize(
    _ mode: String, _ coordinates: String, _ data: Constant, region: [Float]? = nil, sizes: [Int]? = nil,
    scales: [Float]? = nil, _ more: [String: Attribute] = [:], opset: Int = 19, gives scalars: [Float],
    _ dimensions: [Int]
  ) -> OperatorCase {
    var attributes = more
    attributes["mode"] = .string(mode)
    attributes["coordinate_transformation_mode"] = .string(coordinates)
    let inputs = [data, region.map { reals($0) }, scales.map { reals($0) }, sizes.map { wholes($0) }]
    return OperatorCase(
      "Resize", opset: opset, attributes, inputs, gives: [reals(scalars, Shape(dimensions))], known: [1, 2, 3],
      tolerance: 1e-5)
  }

  /// Results of the reference of onnx 1.23.2.
  private static let reference: [OperatorCase] = [
    resize(
      "linear", "half_pixel", square, scales: [1, 1, 0.6, 0.75],
      gives: [2.95444, 5.59, 9.16444, 23.3583, 29.31, 35.67], [1, 1, 2, 3]),
    resize(
      "linear", "half_pixel_symmetric", square, scales: [1, 1, 0.6, 0.75],
      gives: [5.74222, 9.265, 13.5239, 29.7233, 36.0817, 42.8261], [1, 1, 2, 3]),
    resize(
      "linear", "align_corners", square, scales: [1, 1, 0.6, 0.75], gives: [0, 1.915, 5.2, 25.3357, 32.2121, 39.5671],
      [1, 1, 2, 3]),
    resize(
      "linear", "asymmetric", square, scales: [1, 1, 0.6, 0.75], gives: [0, 1.61, 4.41, 17.7533, 23.1444, 28.9889],
      [1, 1, 2, 3]),
    resize(
      "cubic", "half_pixel", square, scales: [1, 1, 0.6, 0.75],
      gives: [1.89833, 4.36873, 8.03816, 23.177, 29.2641, 35.8627], [1, 1, 2, 3]),
    resize(
      "cubic", "half_pixel_symmetric", square, scales: [1, 1, 0.6, 0.75],
      gives: [4.14509, 7.56717, 11.9147, 30.8192, 37.4824, 44.6134], [1, 1, 2, 3]),
    resize(
      "cubic", "align_corners", square, scales: [1, 1, 0.6, 0.75], gives: [0, 1.78656, 5.2, 26.0732, 33.0126, 40.5084],
      [1, 1, 2, 3]),
    resize(
      "cubic", "asymmetric", square, scales: [1, 1, 0.6, 0.75],
      gives: [0, 1.55555, 4.55555, 16.3643, 21.9161, 27.9794], [1, 1, 2, 3]),
    resize(
      "linear", "pytorch_half_pixel", square, sizes: [1, 1, 3, 1], opset: 13, gives: [1.33333, 15.315, 38.4133],
      [1, 1, 3, 1]),
    resize(
      "nearest", "tf_crop_and_resize", square, region: [0, 0, 0.2, 0.1, 1, 1, 0.8, 1.4], sizes: [1, 1, 3, 3],
      ["extrapolation_value": .float(-3)], opset: 11, gives: [8, 14.7, -3, 22.63, 31.62, -3, 22.63, 31.62, -3],
      [1, 1, 3, 3]),
    resize(
      "linear", "tf_crop_and_resize", square, region: [0, 0, 0.2, 0.1, 1, 1, 0.8, 1.4], sizes: [1, 1, 3, 3],
      ["extrapolation_value": .float(-3)], opset: 11,
      gives: [5.4924, 10.762, -3, 16.4475, 24.245, -3, 31.6286, 41.224, -3], [1, 1, 3, 3]),
    resize(
      "cubic", "tf_crop_and_resize", square, region: [0, 0, 0.2, 0.1, 1, 1, 0.8, 1.4], sizes: [1, 1, 3, 3],
      ["extrapolation_value": .float(-3)], opset: 11,
      gives: [3.80161, 9.2692, -3, 15.1794, 23.7598, -3, 32.6743, 43.2397, -3], [1, 1, 3, 3]),
    resize(
      "linear", "half_pixel", square, sizes: [1, 1, 2, 3], ["antialias": .int(1)], opset: 18,
      gives: [6.43932, 9.47375, 13.2255, 31.5493, 37.4212, 43.6341], [1, 1, 2, 3]),
    resize(
      "cubic", "half_pixel", square, sizes: [1, 1, 2, 3], ["antialias": .int(1)], opset: 18,
      gives: [3.83105, 6.92871, 10.9132, 32.5222, 39.2265, 46.2919], [1, 1, 2, 3]),
    resize(
      "cubic", "half_pixel", square, sizes: [1, 1, 3, 5], ["exclude_outside": .int(1), "cubic_coeff_a": .float(-0.5)],
      gives: [
        0.696776, 1.49538, 2.90984, 4.84703, 6.62831, 14.4645, 17.1094, 20.5116, 24.1265, 27.1713, 39.3497, 42.9345,
        47.4665, 52.1678, 56.071,
      ], [1, 1, 3, 5]),
    resize(
      "cubic", "half_pixel", square, scales: [1, 1, 0.6, 0.75], ["antialias": .int(1), "exclude_outside": .int(1)],
      gives: [2.00061, 4.72959, 8.38579, 25.6093, 31.7223, 38.2319], [1, 1, 2, 3]),
    resize(
      "linear", "half_pixel", wide, sizes: [5, 3],
      ["axes": .ints([3, 2]), "keep_aspect_ratio_policy": .string("not_larger")],
      gives: [0, 0.7, 1.915, 3.541, 5.2, 5.6, 7.3682, 9.6325, 12.1545, 14.524, 8, 10.226, 12.94, 15.846, 18.52],
      [1, 1, 3, 5]),
    resize(
      "linear", "half_pixel", wide, sizes: [5, 3],
      ["axes": .ints([3, 2]), "keep_aspect_ratio_policy": .string("not_smaller")],
      gives: [
        0, 0.5, 1.305, 2.525, 4.015, 5.2, 4, 5.045, 6.53583, 8.31917, 10.3125, 11.86, 8, 9.59, 11.7667, 14.1133, 16.61,
        18.52,
      ], [1, 1, 3, 6]),
    resize(
      "nearest", "half_pixel", line, sizes: [1, 1, 1, 6], ["nearest_mode": .string("round_prefer_floor")],
      gives: [0, 0, 1, 2.83, 2.83, 5.2], [1, 1, 1, 6]),
    resize(
      "nearest", "asymmetric", line, sizes: [1, 1, 1, 6], ["nearest_mode": .string("round_prefer_floor")],
      gives: [0, 1, 1, 2.83, 5.2, 5.2], [1, 1, 1, 6]),
    resize(
      "nearest", "half_pixel", line, sizes: [1, 1, 1, 6], ["nearest_mode": .string("round_prefer_ceil")],
      gives: [0, 1, 1, 2.83, 5.2, 5.2], [1, 1, 1, 6]),
    resize(
      "nearest", "asymmetric", line, sizes: [1, 1, 1, 6], ["nearest_mode": .string("round_prefer_ceil")],
      gives: [0, 1, 1, 2.83, 5.2, 5.2], [1, 1, 1, 6]),
    resize(
      "nearest", "half_pixel", line, sizes: [1, 1, 1, 6], ["nearest_mode": .string("floor")],
      gives: [0, 0, 1, 1, 2.83, 5.2], [1, 1, 1, 6]),
    resize(
      "nearest", "asymmetric", line, sizes: [1, 1, 1, 6], ["nearest_mode": .string("floor")],
      gives: [0, 0, 1, 2.83, 2.83, 5.2], [1, 1, 1, 6]),
    resize(
      "nearest", "half_pixel", line, sizes: [1, 1, 1, 6], ["nearest_mode": .string("ceil")],
      gives: [0, 1, 2.83, 2.83, 5.2, 5.2], [1, 1, 1, 6]),
    resize(
      "nearest", "asymmetric", line, sizes: [1, 1, 1, 6], ["nearest_mode": .string("ceil")],
      gives: [0, 1, 2.83, 2.83, 5.2, 5.2], [1, 1, 1, 6]),
    resize(
      "nearest", "half_pixel", line, scales: [1, 1, 2, 0.5], ["nearest_mode": .string("round_prefer_ceil")],
      gives: [1, 5.2, 1, 5.2],
      [1, 1, 2, 2]),
  ]

  private static let byHand: [OperatorCase] = [
    // Nothing to do.
    OperatorCase(
      "Resize", opset: 19, ["mode": .string("cubic")], [line, nil, reals([1, 1, 1, 1])], gives: [line], known: [2]),
    // What version 10 did not say, onnxruntime rounds up where an axis becomes shorter: 1 / 0.6 to 2.
    OperatorCase(
      "Resize", opset: 10, [:], [line, reals([1, 1, 1, 0.6])], gives: [reals([0, 2.83], [1, 1, 1, 2])], known: [1]),
    OperatorCase(
      "Resize", opset: 10, ["mode": .string("linear")], [line, reals([1, 1, 1, 1.5])],
      gives: [reals([0, 0.666667, 1.61, 2.83, 4.41, 5.2], [1, 1, 1, 6])], known: [1]),
    OperatorCase(
      "Upsample", opset: 7, ["scales": .floats([1, 1, 2, 1.5])], [line],
      gives: [reals([0, 0, 1, 2.83, 2.83, 5.2, 0, 0, 1, 2.83, 2.83, 5.2], [1, 1, 2, 6])]),
    OperatorCase(
      "Upsample", opset: 9, ["mode": .string("linear")], [line, reals([1, 1, 1, 2])],
      gives: [reals([0, 0.5, 1, 1.915, 2.83, 4.015, 5.2, 5.2], [1, 1, 1, 8])], known: [1]),
    OperatorCase(
      "Resize", opset: 11,
      ["coordinate_transformation_mode": .string("tf_half_pixel_for_nn"), "nearest_mode": .string("floor")],
      [line, reals([]), reals([]), wholes([1, 1, 1, 2])], gives: [reals([1, 5.2], [1, 1, 1, 2])], known: [1, 2, 3]),
    // Ten times 0.7 is seven, although the 32-bit number nearest to 0.7 is below it.
    OperatorCase(
      "Resize", opset: 13, [:], [reals([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), nil, reals([0.7])],
      gives: [reals([0, 2, 3, 4, 6, 7, 9])], known: [2]),
    // Whole numbers stay whole, however large.
    OperatorCase(
      "Resize", opset: 13, [:], [wholes([1_152_921_504_606_846_976, large]), nil, reals([2])],
      gives: [wholes([1_152_921_504_606_846_976, 1_152_921_504_606_846_976, large, large])], computes: false),
    OperatorCase(
      "Resize", opset: 13, [:], [line, nil, nil, wholes([1, 0, 1, 9])], gives: [reals([], [1, 0, 1, 9])], known: [3]),
  ]

  private static let bad: [OperatorCase] = [
    OperatorCase("Resize", opset: 13, [:], [line, nil, reals([1, 1, 1])], gives: [line]),
    OperatorCase("Resize", opset: 13, [:], [line, nil, reals([1, 1, 1, -1])], gives: [line]),
    OperatorCase("Resize", opset: 13, [:], [line, nil, reals([1, 1, 1, .nan])], gives: [line]),
    OperatorCase("Resize", opset: 13, [:], [line, nil, reals([1, 1, 1, 1e30])], gives: [line]),
    OperatorCase("Resize", opset: 13, [:], [line, nil, nil, wholes([1, 1, 1, -4])], gives: [line]),
    OperatorCase("Resize", opset: 13, [:], [line, nil, reals([1, 1, 1, 1]), wholes([1, 1, 1, 4])], gives: [line]),
    OperatorCase("Resize", opset: 13, ["mode": .string("area")], [line, nil, reals([1, 1, 1, 1])], gives: [line]),
    OperatorCase("Resize", opset: 18, ["axes": .ints([4])], [line, nil, reals([2])], gives: [line]),
    OperatorCase("Resize", opset: 18, ["axes": .ints([3, -1])], [line, nil, reals([2, 2])], gives: [line]),
    OperatorCase(
      "Resize", opset: 13, ["coordinate_transformation_mode": .string("tf_crop_and_resize")],
      [line, reals([0, 0, 0, .infinity, 1, 1, 1, 1]), nil, wholes([1, 1, 1, 4])], gives: [line]),
    OperatorCase("Resize", opset: 13, [:], [reals([], [0]), nil, nil, wholes([3])], gives: [line]),
    OperatorCase("Upsample", opset: 7, ["scales": .floats([2])], [line], gives: [line]),
  ]
}
