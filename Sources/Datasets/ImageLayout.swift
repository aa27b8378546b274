import Diagnostics
import Files
import Foundation
import Tensors

/// What the shape of an array of images means: `[count, rows, columns]`, `[count, channels, rows, columns]` with 1 to 4
/// channels, or `[count, rows, columns, channels]` with 1 or 3.
struct ImageLayout {
  let count: Int
  /// `[channels, rows, columns]` of every image.
  let shape: Shape
  /// Whether the channels of a pixel are neighbours.
  let isInterleaved: Bool

  /// More images than this are taken for a mistake: what is kept of each, besides its pixels, would fill memory.
  static let maximumCount = 10_000_000
  /// More rows, columns or pixels of an image than any that a network sees.
  private static let maximumSide = 100_000

  /// - Throws: `InputError(.dataset)` that says what the shape may be instead, and how to make one of these of it.
  init(_ dimensions: [Int], labels: [Int], path: String) throws {
    func failure(_ problem: String, _ remedy: String) -> InputError {
      InputError(.dataset, path, problem, remedy: remedy)
    }
    let known = "[count, rows, columns], [count, channels, rows, columns] or [count, rows, columns, channels]"
    let generic = "save them as \(known)"
    guard !dimensions.contains(0) else {
      throw failure("its images have the shape \(dimensions): there are none", generic)
    }
    if let number = labels.first, number > 1 || labels.count == 1, dimensions.count > 2, dimensions[0] != number,
      dimensions.last == number
    {
      throw failure(
        "its images have the shape \(dimensions) for \(number) labels: their number comes last",
        "put it first, x being the images: `x = numpy.moveaxis(x, -1, 0)`")
    }
    guard (3...4).contains(dimensions.count) else {
      throw failure(
        "its images have the shape \(dimensions)",
        Self.remedy(dimensions, labels).map { "\($0); known are \(known)" } ?? generic)
    }
    count = dimensions[0]
    guard count <= Self.maximumCount else {
      throw failure("it claims \(count) images, more than the \(Self.maximumCount) that are read", "save fewer images")
    }
    guard dimensions.dropFirst().allSatisfy({ $0 <= Self.maximumSide }) else {
      throw failure("its images have the shape \(dimensions), larger than any that is read", generic)
    }
    isInterleaved = dimensions.count == 4 && dimensions[1] > 4
    guard isInterleaved else {
      shape = dimensions.count == 3 ? [1, dimensions[1], dimensions[2]] : Shape(Array(dimensions[1...]))
      return
    }
    switch dimensions[3] {
    case 1, 3: shape = [dimensions[3], dimensions[1], dimensions[2]]
    case 4:
      throw failure(
        "its images of shape \(dimensions) have four channels, the last of them opacity (RGBA)",
        "leave it out, x being the images: `x = x[..., :3]`")
    case 2:
      throw failure(
        "its images of shape \(dimensions) have two channels, the last of them opacity (grey and alpha) or a second view",
        "leave opacity out, x being the images: `x = x[..., :1]`; put views first: `x = numpy.moveaxis(x, -1, 1)`")
    default:
      throw failure(
        "its images of shape \(dimensions) have their channels neither first (1 to 4) nor last (1 or 3)",
        "save them as [count, channels, rows, columns]")
    }
  }

  /// What makes images of an array of another number of dimensions.
  private static func remedy(_ dimensions: [Int], _ labels: [Int]) -> String? {
    let rest = dimensions.dropFirst().filter { $0 > 1 }
    if dimensions.count > 4, (2...3).contains(rest.count) {
      let shape = ([dimensions[0]] + rest).map(String.init).joined(separator: ", ")
      return "leave dimensions of 1 out, x being the images: `x = x.reshape(\(shape))`"
    }
    guard dimensions.count == 2 else { return nil }
    if labels.first != dimensions[0], labels.isEmpty || labels == [1] {
      return "if this is one image, give it a number, x being it: `x = x[numpy.newaxis]`"
    }
    for (channels, prefix) in [(1, ""), (3, "3, ")] {
      let side = Int(Double(dimensions[1] / channels).squareRoot().rounded())
      if side > 1, channels * side * side == dimensions[1] {
        return "each image is a row of \(dimensions[1]) numbers; if they are \(side)×\(side) pixels"
          + (channels == 3 ? " of red, then green, then blue" : "")
          + ", x being the images: `x = x.reshape(-1, \(prefix)\(side), \(side))`"
      }
    }
    return "each image is a row of \(dimensions[1]) numbers: give it rows and columns by x.reshape(-1, rows, columns)"
  }

  /// `levels` of this layout with the channels of each image one after the other, changed in place.
  func planar(_ levels: Data) -> Data {
    guard isInterleaved, shape[0] > 1 else { return levels }
    let (channels, size) = (shape[0], shape[1] * shape[2])
    var levels = levels
    levels.withUnsafeMutableBytes { (bytes: UnsafeMutableRawBufferPointer) in
      for start in stride(from: 0, to: bytes.count, by: channels * size) {
        let image = [UInt8](bytes[start..<start + channels * size])
        for pixel in 0..<size {
          for channel in 0..<channels { bytes[start + channel * size + pixel] = image[pixel * channels + channel] }
        }
      }
    }
    return levels
  }
}
