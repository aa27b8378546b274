import Foundation
import Kernels

/// One axis of what `Resize` resizes.
struct ResizedAxis {
  let input: Int
  var output: Int
  /// New over old length, before that was rounded.
  var scale: Double
  /// The part of the axis that is kept, in units of its length; only `tf_crop_and_resize` has one.
  var region: (start: Double, end: Double) = (0, 1)

  init(unchanged count: Int) {
    input = count
    output = count
    scale = 1
  }

  var isUnchanged: Bool { input == output && abs(scale - 1) < 1e-9 && region == (0, 1) }

  /// Where each new place lies on the old axis; `nil`: beyond it, for `tf_crop_and_resize`.
  func coordinates(_ mode: ResizeFilter.Coordinates) -> [Double?] {
    let last = Double(input - 1)
    // ONNX's reference does not round it, although its text says that lengths are whole.
    let length = scale * Double(input)
    // With 32 bits, as other programs: the file's scale has no more, and ties between two places depend on it.
    func quotient(_ x: Double) -> Double { Double(Float(x) / Float(scale)) }
    return (0..<output).map { index in
      let place = Double(index)
      switch mode {
      case .halfPixel: return quotient(place + 0.5) - 0.5
      case .pytorchHalfPixel: return output > 1 ? quotient(place + 0.5) - 0.5 : 0
      case .halfPixelSymmetric:
        return Double(input) / 2 * (1 - Double(output) / length) + quotient(place + 0.5) - 0.5
      case .alignCorners: return length == 1 || place == 0 ? 0 : place * last / (length - 1)
      case .asymmetric: return quotient(place)
      case .tfHalfPixelForNN: return quotient(place + 0.5)
      case .tfCropAndResize:
        let part =
          output > 1
          ? region.start * last + place * (region.end - region.start) * last / (length - 1)
          : 0.5 * (region.start + region.end) * last
        return part < 0 || part > last ? nil : part
      }
    }
  }
}

/// How `Resize` reads an axis between its places.
struct ResizeFilter {
  enum Mode: String { case nearest, linear, cubic }

  /// Where a new place lies on the old axis.
  enum Coordinates: String {
    case halfPixel = "half_pixel"
    case halfPixelSymmetric = "half_pixel_symmetric"
    case pytorchHalfPixel = "pytorch_half_pixel"
    case alignCorners = "align_corners"
    case asymmetric
    case tfHalfPixelForNN = "tf_half_pixel_for_nn"
    case tfCropAndResize = "tf_crop_and_resize"
  }

  enum Nearest: String {
    case roundPreferFloor = "round_prefer_floor"
    case roundPreferCeil = "round_prefer_ceil"
    case floor, ceil
    /// Until version 10, which did not say, onnxruntime rounded up where an axis becomes shorter, else down.
    case inward
  }

  let mode: Mode
  let coordinates: Coordinates
  let nearest: Nearest
  let cubicCoefficient: Double
  let excludesOutside: Bool
  let smooths: Bool
  let extrapolation: FillValue

  init(_ invocation: Invocation) throws {
    mode = try Self.named(invocation.string("mode", default: "nearest"))
    coordinates = try Self.named(invocation.string("coordinate_transformation_mode", default: "half_pixel"))
    nearest = try Self.named(invocation.string("nearest_mode", default: "round_prefer_floor"))
    cubicCoefficient = Double(try invocation.float("cubic_coeff_a", default: -0.75))
    excludesOutside = try invocation.flag("exclude_outside")
    smooths = try invocation.flag("antialias")
    let extrapolated = try invocation.float("extrapolation_value", default: 0)
    extrapolation = FillValue(real: extrapolated, integer: Int(exactly: extrapolated.rounded(.towardZero)) ?? 0)
    guard nearest != .inward, cubicCoefficient.isFinite else { throw LoweringFailure.invalid("its attributes") }
    guard !smooths || mode != .nearest else { throw LoweringFailure.invalid("the mode nearest with antialias") }
  }

  private init(_ mode: Mode) {
    self.mode = mode
    coordinates = .asymmetric
    nearest = .inward
    cubicCoefficient = -0.75
    excludesOutside = false
    smooths = false
    extrapolation = .zero
  }

  /// Until version 10 there was only a mode.
  static func untilVersion10(_ invocation: Invocation) throws -> ResizeFilter {
    let name = try invocation.string("mode", default: "nearest")
    return ResizeFilter(try named(name == "bilinear" ? "linear" : name))
  }

  private static func named<Value: RawRepresentable<String>>(_ name: String) throws -> Value {
    guard let value = Value(rawValue: name) else { throw LoweringFailure.invalid("the mode \(name)") }
    return value
  }

  /// The old place that stands for the coordinate `x`.
  func nearest(_ x: Double, of axis: ResizedAxis) -> Int {
    let rounded: Double =
      switch nearest {
      case .roundPreferFloor: (x - 0.5).rounded(.up)
      case .roundPreferCeil: (x + 0.5).rounded(.down)
      case .floor: x.rounded(.down)
      case .ceil: x.rounded(.up)
      case .inward: axis.scale < 1 ? x.rounded(.up) : x.rounded(.towardZero)
      }
    return Int(min(max(rounded, 0), Double(axis.input - 1)))
  }

  /// The weights with which old places make up the new ones at `coordinates`; nothing where these are beyond the axis.
  ///
  /// Beyond the border stands what is on it, unless that is excluded: then the other weights are made to sum to 1.
  func rows(_ coordinates: [Double?], of axis: ResizedAxis) -> ResamplingRows {
    let scale = smooths ? min(axis.scale, 1) : 1
    let radius: Double = mode == .linear ? 1 : 2
    let first = Int((-radius / scale).rounded(.down)) + 1
    var (starts, offsets, weights): ([Int], [Int], [Float]) = ([], [0], [])
    for x in coordinates {
      guard let x else {
        starts.append(0)
        offsets.append(weights.count)
        continue
      }
      // A coordinate lies behind `base` by more than 0 and at most 1.
      let base = min(max(x, -1e9), 1e9).rounded(.up) - 1
      let places = (first...1 - first).map { Int(base) + $0 }
      var taps = places.map { kernel((Double($0) - x) * scale) }
      normalize(&taps)
      if excludesOutside {
        for (index, place) in places.enumerated() where place < 0 || place >= axis.input { taps[index] = 0 }
        normalize(&taps)
      }
      let inside = places.map { min(max($0, 0), axis.input - 1) }
      var run = [Double](repeating: 0, count: inside[inside.count - 1] - inside[0] + 1)
      for (place, tap) in zip(inside, taps) { run[place - inside[0]] += tap }
      starts.append(inside[0])
      weights += run.map { Float($0) }
      offsets.append(weights.count)
    }
    return ResamplingRows(starts: starts, offsets: offsets, weights: weights, inputCount: axis.input)
  }

  private func normalize(_ taps: inout [Double]) {
    let sum = taps.reduce(0, +)
    if sum != 0 { for index in taps.indices { taps[index] /= sum } }
  }

  /// The triangle, or Keys' cubic kernel, at the distance `x`.
  private func kernel(_ x: Double) -> Double {
    let (x, a) = (abs(x), cubicCoefficient)
    if mode == .linear { return max(1 - x, 0) }
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}
