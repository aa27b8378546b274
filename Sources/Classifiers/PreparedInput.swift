import Autodiff
import Diagnostics
import ONNX
import Tensors

/// The steps of a preprocessing for images of one shape, each checked.
struct PreparedInput: Sendable {
  private let resized: ImageSize?
  private let crop: (size: ImageSize, row: Int, column: Int)?
  private let channels: ChannelOrder?
  private let scales: [Float]
  private let shifts: [Float]

  /// - Parameters:
  ///   - imageShape: `[channels, rows, columns]` of the data set.
  ///   - inputShape: of what the model takes.
  ///   - name: the model.
  /// - Throws: `InputError(.model)` if the one does not become the other; `.usage` for a number of channels that does not fit.
  init(_ steps: InputPreprocessing, from imageShape: Shape, to inputShape: Shape, name: String) throws {
    precondition(imageShape.rank == 3 && inputShape.rank == 3, "PreparedInput: from \(imageShape) to \(inputShape)")
    try steps.validate()
    func mismatch(_ problem: String, _ remedy: String) -> InputError {
      InputError(.model, name, problem, remedy: remedy)
    }
    var size = ImageSize(rows: imageShape[1], columns: imageShape[2])
    resized = steps.resize.map { $0.size(of: size.rows, size.columns) }
    size = resized ?? size
    guard ImageSize.limits.contains(size.rows), ImageSize.limits.contains(size.columns) else {
      throw mismatch("its images would be resized to \(size)", "resize them to less")
    }
    if let crop = steps.crop {
      guard crop.rows <= size.rows, crop.columns <= size.columns else {
        throw mismatch(
          "a crop of \(crop) is not inside images of \(size)",
          "resize them first: \(Setting.resize.set(to: "\(max(crop.rows, crop.columns))"))")
      }
      self.crop = (crop, Self.half(size.rows - crop.rows), Self.half(size.columns - crop.columns))
      size = crop
    } else {
      crop = nil
    }
    channels = steps.channels
    let count = channels == .greyToRGB ? 3 : imageShape[0]
    guard channels != .greyToRGB || imageShape[0] == 1 else {
      throw mismatch(
        "its images have \(imageShape[0]) channels, and no grey one to be repeated", "leave \(Setting.channels) out")
    }
    guard count == inputShape[0] else {
      throw mismatch(
        "it takes images of \(Self.channels(inputShape[0])), and those of the data set have \(Self.channels(count))",
        count == 1 && inputShape[0] == 3
          ? "if the model is to see the grey channel three times over, say so: "
            + Setting.channels.set(to: ChannelOrder.greyToRGB.rawValue)
          : "choose a model, or a data set, with as many channels; \(Setting.layout) says where a model takes them")
    }
    guard size == ImageSize(rows: inputShape[1], columns: inputShape[2]) else {
      let wanted = ImageSize(rows: inputShape[1], columns: inputShape[2])
      let isDone = !(steps.resize == nil && steps.crop == nil)
      throw mismatch(
        "it takes images of \(wanted) pixels, and \(isDone ? "these come to" : "those of the data set have") \(size)",
        "say how they become that, for example \(Setting.resize.set(to: "\(wanted.rows)x\(wanted.columns)"))"
          + (wanted.rows < size.rows && wanted.columns < size.columns
            ? " or \(Setting.crop.set(to: "\(wanted.rows)x\(wanted.columns)"))" : ""))
    }
    for (setting, numbers) in [(Setting.mean, steps.mean), (.std, steps.std)] {
      guard let numbers, numbers.count != 1, numbers.count != count else { continue }
      throw InputError(
        .usage, setting, "\(numbers.count) numbers, and \(name) takes images of \(Self.channels(count))",
        remedy: "give one number, or one for each channel")
    }
    func number(_ numbers: [Double]?, _ channel: Int, or fallback: Double) -> Double {
      numbers.map { $0.count == 1 ? $0[0] : $0[channel] } ?? fallback
    }
    let (low, high) = (steps.range?.low ?? 0, steps.range?.high ?? 1)
    // (low + (high − low) x − mean) / std
    let deviations = (0..<count).map { number(steps.std, $0, or: 1) }
    scales = deviations.map { Float((high - low) / $0) }
    shifts = deviations.enumerated().map { Float((low - number(steps.mean, $0, or: 0)) / $1) }
  }

  /// Half the margin of a crop, rounded to the even number as Python rounds: torchvision's centre.
  private static func half(_ margin: Int) -> Int {
    margin % 2 == 0 ? margin / 2 : Int((Double(margin) / 2).rounded(.toNearestOrEven))
  }

  private static func channels(_ count: Int) -> String { count == 1 ? "1 channel" : "\(count) channels" }

  /// What the model is given for images `[B, C, H, W]` in [0, 1].
  func callAsFunction(_ images: Variable) -> Variable {
    var x = images
    if let resized { x = x.resized(rows: resized.rows, columns: resized.columns) }
    if let crop {
      x = x.cropped(
        rows: crop.size.rows, columns: crop.size.columns,
        at: [(row: Int, column: Int)](repeating: (crop.row, crop.column), count: x.shape[0]))
    }
    switch channels {
    case .bgr:
      x = .concatenated((0..<x.shape[1]).reversed().map { x.slice(axis: 1, range: $0..<$0 + 1) }, axis: 1)
    case .greyToRGB: x = .concatenated([x, x, x], axis: 1)
    case .rgb, nil: break
    }
    let isPlain = scales.allSatisfy { $0 == 1 } && shifts.allSatisfy { $0 == 0 }
    return isPlain ? x : x.affinePerChannel(scales: scales, shifts: shifts)
  }
}
