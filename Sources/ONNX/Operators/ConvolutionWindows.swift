import Autodiff
import Kernels
import Tensors

/// How windows move over an image, as the attributes of a node say it: `strides`, `dilations`, `pads`, `auto_pad`.
struct WindowAttributes {
  /// Sizes of windows, strides, dilations and pads beyond this are no classifier's.
  static let limit = 1 << 24

  let strides: [Int]
  let dilations: [Int]
  /// Before and after, for each axis; `nil` where `auto_pad` says them.
  let pads: [(before: Int, after: Int)]?
  let automatic: String

  /// - Parameter rank: how many axes the image has beside batch and channels.
  /// - Throws: if a number is missing or out of bounds.
  init(_ invocation: Invocation, rank: Int) throws {
    strides = try Self.positive(invocation.ints("strides"), "strides", rank)
    dilations = try Self.positive(invocation.ints("dilations"), "dilations", rank)
    automatic = try invocation.string("auto_pad", default: "NOTSET")
    switch automatic {
    case "NOTSET", "":
      let pads = try invocation.ints("pads") ?? []
      guard pads.isEmpty || pads.count == 2 * rank else {
        throw LoweringFailure.invalid("\(pads.count) pads for \(rank) axes")
      }
      guard pads.allSatisfy({ $0 >= 0 }) else {
        throw LoweringFailure.unsupported("negative pads \(pads)")
      }
      guard pads.allSatisfy({ $0 <= Self.limit }) else {
        throw LoweringFailure.unsupported("pads \(pads)")
      }
      self.pads =
        pads.isEmpty
        ? Array(repeating: (0, 0), count: rank) : (0..<rank).map { (pads[$0], pads[$0 + rank]) }
    case "VALID": pads = Array(repeating: (0, 0), count: rank)
    case "SAME_UPPER", "SAME_LOWER": pads = nil
    default: throw LoweringFailure.invalid("auto_pad “\(automatic)”")
    }
  }

  static func positive(_ values: [Int]?, _ name: String, _ rank: Int) throws -> [Int] {
    guard let values, !values.isEmpty else { return Array(repeating: 1, count: rank) }
    guard values.count == rank else {
      throw LoweringFailure.invalid("\(values.count) \(name) for \(rank) axes")
    }
    guard values.allSatisfy({ $0 >= 1 && $0 <= limit }) else {
      throw LoweringFailure.invalid("\(name) \(values)")
    }
    return values
  }

  /// `total` padding by halves; the odd one lies where `auto_pad` says.
  func halves(_ total: Int) -> (before: Int, after: Int) {
    let (less, more) = (total / 2, total - total / 2)
    return automatic == "SAME_LOWER" ? (more, less) : (less, more)
  }

  /// Windows of `kernel` over images of `sizes`.
  ///
  /// - Parameter roundingUp: whether a last window may hang over the end, if it begins before it.
  /// - Throws: if a window is wider than the padded image.
  func axes(sizes: [Int], kernel: [Int], roundingUp: Bool = false) throws -> [WindowAxis] {
    try sizes.indices.map { i in
      let (size, stride, dilation) = (sizes[i], strides[i], dilations[i])
      let extent = (kernel[i] - 1) * dilation + 1
      let places = (size + stride - 1) / stride
      let pad = pads?[i] ?? halves(max(0, (places - 1) * stride + extent - size))
      let slack = size + pad.before + pad.after - extent
      guard size > 0, slack >= 0 else {
        throw LoweringFailure.invalid(
          "a window of \(extent) elements over \(size), padded by \(pad.before) and \(pad.after)")
      }
      var outputs = slack / stride + 1
      if roundingUp, pads != nil {
        outputs = (slack + stride - 1) / stride + 1
        if (outputs - 1) * stride >= size + pad.before { outputs -= 1 }
      }
      return WindowAxis(
        size: size, kernel: kernel[i], stride: stride, dilation: dilation, before: pad.before,
        after: pad.after,
        outputs: outputs)
    }
  }
}

extension Invocation {
  /// The shape of input 0, an image of one to three axes beside batch and channels.
  func imageShape() throws -> Shape {
    let x = try input(0)
    guard (3...5).contains(x.shape.rank) else {
      throw x.shape.rank < 3
        ? LoweringFailure.invalid("an image of shape \(x.shape)")
        : LoweringFailure.unsupported("images of \(x.shape.rank - 2) axes")
    }
    guard x.shape.count > 0 else { throw LoweringFailure.invalid("an image of shape \(x.shape)") }
    return x.shape
  }

  /// - Throws: unless input `index` holds real numbers.
  func realInput(_ index: Int) throws -> Value {
    let value = try input(index)
    guard value.type.isReal else {
      throw LoweringFailure.invalid("input \(index) is \(value.type)")
    }
    return value
  }
}
