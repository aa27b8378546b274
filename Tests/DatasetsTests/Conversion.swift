import Arrays
import Foundation
import Testing

/// Images in a form that is refused, what the remedy makes of them, and what they were.
struct Conversion: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// As they are given.
  let images: NumericArray
  let labels: NumericArray
  /// The Python that the remedy prints, and what its reader has to know: numbers that no file says.
  let python: String
  var known = ""
  /// What the Python makes of them, written down in Swift.
  let converted: (images: NumericArray, labels: NumericArray)
  /// The levels of the first image in the end, and all labels.
  let pixels: [UInt8]
  var classes = truth

  static let truth = [1, 2]
  static let sound = NumericArray(truth)
  /// Two images of 4×4 pixels, from black to white.
  static let levels: [UInt8] = (0..<32).map { UInt8((Double($0) * 255 / 31).rounded()) }
  static let first = Array(levels.prefix(16))
  static let shape = [2, 4, 4]

  static func array<Value: BitwiseCopyable>(
    _ element: NumericArray.Element, _ values: [Value], shape: [Int] = shape
  ) -> NumericArray {
    NumericArray(element, shape: shape, bytes: values.withUnsafeBytes { Data($0) })
  }

  /// Images whose numbers are `value` of a level, and bytes that are `level` of a number.
  private static func pixels<Value: BitwiseCopyable>(
    _ name: String, _ element: NumericArray.Element, _ value: (Double) -> Value, _ python: String, known: String = "",
    level: (Value) -> Double
  ) -> Conversion {
    let values = levels.map { value(Double($0)) }
    let bytes = values.map { UInt8(level($0)) }
    return Conversion(
      testDescription: name, images: array(element, values), labels: sound, python: python, known: known,
      converted: (NumericArray(bytes, shape: shape), sound), pixels: first)
  }

  /// Labels in another form, of images that are sound.
  private static func labels(
    _ name: String, _ labels: NumericArray, _ python: String, is converted: [Int], images: [UInt8] = levels
  ) -> Conversion {
    Conversion(
      testDescription: name, images: NumericArray(levels, shape: shape), labels: labels, python: python,
      converted: (NumericArray(images, shape: [images.count / 16, 4, 4]), NumericArray(converted)), pixels: first,
      classes: converted)
  }

  /// Images in another shape, of labels that are sound.
  private static func shape(
    _ name: String, _ bytes: [UInt8], _ given: [Int], _ python: String, _ converted: [UInt8], _ shape: [Int],
    pixels: [UInt8] = first
  ) -> Conversion {
    Conversion(
      testDescription: name, images: NumericArray(bytes, shape: given), labels: sound, python: python,
      converted: (NumericArray(converted, shape: shape), sound), pixels: pixels)
  }

  private static let linear =
    "x = numpy.rint(255 * ((x.astype(\"float64\") - black) / (white - black)).clip(0, 1)).astype(\"uint8\")"
  private static let normalised = "x = numpy.rint(255 * (x * std + mean).clip(0, 1)).astype(\"uint8\")"
  private static func clip(_ value: Double) -> Double { min(max(value, 0), 1) }

  static let numbers: [Conversion] = [
    pixels(
      "float32 up to 255", .float32, { Float($0) }, "x = numpy.rint(x).astype(\"uint8\")",
      level: {
        Double($0).rounded()
      }),
    pixels(
      "float64 up to 255, between whole numbers", .float64, { min($0 + 0.25, 255) },
      "x = numpy.rint(x).astype(\"uint8\")", level: { $0.rounded() }),
    pixels(
      "float32 between levels", .float32, { Float(clip(($0 + 0.3) / 255)) },
      "x = numpy.rint(255 * x).astype(\"uint8\")", level: { (255 * Double($0)).rounded() }),
    pixels(
      "normalised", .float32, { Float(($0 / 255 - 0.286) / 0.353) }, normalised, known: "mean, std = 0.286, 0.353",
      level: {
        (255 * clip(Double($0) * 0.353 + 0.286)).rounded()
      }),
    pixels(
      "from -1 to 1", .float64, { $0 / 127.5 - 1 }, normalised, known: "mean = std = 0.5",
      level: {
        (255 * clip($0 * 0.5 + 0.5)).rounded()
      }),
    pixels(
      "divided by 255 twice", .float64, { $0 / 255 / 255 }, linear, known: "black, white = 0, 1 / 255",
      level: {
        (255 * clip($0 * 255)).rounded()
      }),
    pixels(
      "float64 a little beyond 1", .float64, { $0 / 255 * 1.5 }, linear, known: "black, white = 0, 1.5",
      level: {
        (255 * clip($0 / 1.5)).rounded()
      }),
    pixels("uint16 of 8 bits", .uint16, { UInt16($0) }, "x = x.astype(\"uint8\")", level: { Double($0) }),
    pixels(
      "uint16", .uint16, { UInt16($0) * 257 }, "x = numpy.rint(x * (255 / 65535)).astype(\"uint8\")",
      level: {
        (Double($0) * (255.0 / 65535)).rounded()
      }),
    pixels(
      "uint16 of 12 bits", .uint16, { UInt16(($0 * 4095 / 255).rounded()) },
      "x = numpy.rint(x * (255 / 4095)).astype(\"uint8\")", level: { (Double($0) * (255.0 / 4095)).rounded() }),
    pixels("int32", .int32, { Int32($0) }, "x = x.astype(\"uint8\")", level: { Double($0) }),
    pixels("uint64", .uint64, { UInt64($0) }, "x = x.astype(\"uint8\")", level: { Double($0) }),
    pixels(
      "int16 less 128", .int16, { Int16($0) - 128 }, linear, known: "black, white = -128, 127",
      level: {
        (255 * clip((Double($0) + 128) / 255)).rounded()
      }),
    pixels(
      "int8 of bytes", .int8, { Int8(bitPattern: UInt8($0)) }, "x = x.view(\"uint8\")",
      level: {
        Double(UInt8(bitPattern: $0))
      }),
    pixels(
      "int8 less 128", .int8, { Int8($0 - 128) }, "x = (x.astype(\"int16\") + 128).astype(\"uint8\")",
      level: {
        Double($0) + 128
      }),
  ]

  /// Black and white alone.
  static let bits: [Conversion] = [
    (NumericArray.Element.bool, 1), (.uint8, 1), (.int8, 1), (.int64, 8),
  ].map { element, size in
    let bits = levels.map { $0 > 127 }
    let bytes = bits.flatMap { [UInt8($0 ? 1 : 0)] + [UInt8](repeating: 0, count: size - 1) }
    let white = bits.map { UInt8($0 ? 255 : 0) }
    return Conversion(
      testDescription: "\(element.name) of 0 and 1", images: array(element, bytes), labels: sound,
      python: "x = x.astype(\"uint8\") * 255", converted: (NumericArray(white, shape: shape), sound),
      pixels: Array(white.prefix(16)))
  }

  static let classes: [Conversion] = [
    labels("one-hot", NumericArray([0, 1, 0, 0, 0, 1] as [UInt8], shape: [2, 3]), "y = y.argmax(1)", is: truth),
    labels(
      "scores", NumericArray([0.1, 0.7, 0.2, 0.1, 0.2, 0.7] as [Float], shape: [2, 3]), "y = y.argmax(1)", is: truth),
    labels("float labels", NumericArray([1, 2] as [Float]), "y = y.astype(\"int64\")", is: truth),
    labels("bool labels", array(.bool, [true, false], shape: [2]), "y = y.astype(\"int64\")", is: [1, 0]),
    labels("from 1", NumericArray([1, 3]), "y = y - 1", is: [0, 2]),
    labels("from 1, without the first", NumericArray([2, 3]), "y = y - 1", is: [1, 2]),
    labels("-1 and 1", NumericArray([-1, 1]), "y = (y > 0).astype(\"int64\")", is: [0, 1]),
    labels(
      "no label", NumericArray([2, -1]), "keep = y.reshape(-1) >= 0; x, y = x[keep], y[keep]", is: [2], images: first),
  ]

  static let shapes: [Conversion] = [
    shape("rows of numbers", levels, [2, 16], "x = x.reshape(-1, 4, 4)", levels, [2, 4, 4]),
    shape("dimensions of 1", levels, [2, 1, 4, 4, 1], "x = x.reshape(2, 4, 4)", levels, [2, 4, 4]),
    shape(
      "count last", (0..<32).map { levels[$0 % 2 * 16 + $0 / 2] }, [4, 4, 2], "x = numpy.moveaxis(x, -1, 0)", levels,
      [2, 4, 4]),
    shape(
      "RGBA", (0..<200).map { $0 % 4 == 3 ? 255 : UInt8($0) }, [2, 5, 5, 4], "x = x[..., :3]",
      (0..<200).filter { $0 % 4 != 3 }.map { UInt8($0) }, [2, 5, 5, 3],
      pixels: (0..<3).flatMap { channel in (0..<25).map { UInt8(4 * $0 + channel) } }),
  ]

  static let notFinite: Conversion = {
    var values = levels.map { Float($0) / 255 }
    values[20] = .nan
    return Conversion(
      testDescription: "NaN", images: array(.float32, values), labels: sound,
      python: "keep = numpy.isfinite(x).reshape(len(x), -1).all(1); x, y = x[keep], y[keep]",
      converted: (NumericArray(first, shape: [1, 4, 4]), NumericArray([1])), pixels: first, classes: [1])
  }()

  static let all = numbers + bits + classes + shapes + [notFinite]
}
