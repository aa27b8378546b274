import Diagnostics
import Tensors

/// Where the channels of an image lie in what a network is given.
public enum InputLayout: String, Codable, Sendable, CaseIterable {
  /// `[batch, channel, row, column]`, as PyTorch has it.
  case nchw
  /// `[batch, row, column, channel]`, as TensorFlow has it.
  case nhwc
}

/// How images `[batch, channel, row, column]` become the input of a network.
struct ImageInput: Sendable {
  let name: String
  let type: ElementType
  /// `[channels, rows, columns]`.
  let imageShape: Shape
  let layout: InputLayout
  /// The dimensions that the network takes, without the batch.
  let dimensions: [Int]
  /// How many images it takes at a time; nil: any number.
  let fixedBatch: Int?
  /// What was taken for granted, for the report.
  let note: String?

  /// - Parameters:
  ///   - layout: nil: told by the dimensions.
  ///   - imageShape: `[channels, rows, columns]`, needed where the file leaves sizes open.
  /// - Throws: `InputError(.model)`.
  init(of model: ONNXModel, layout chosen: InputLayout?, imageShape given: Shape?, file: String) throws {
    func failure(_ problem: String, _ remedy: String) -> InputError {
      InputError(.model, file, problem, remedy: remedy)
    }
    guard model.inputs.count == 1 else {
      let names = model.inputs.map { "“\($0.name)”" }.joined(separator: ", ")
      throw failure(
        model.inputs.isEmpty ? "it has no input" : "it has \(model.inputs.count) inputs: \(names)",
        "export a classifier that takes one tensor, the images")
    }
    let info = model.inputs[0]
    guard info.type.isReal || info.type == .uint8 else {
      throw failure("its input “\(info.name)” holds \(info.type), not numbers", "export a classifier that takes images")
    }
    guard let dimensions = info.dimensions else {
      throw failure("it does not say how many dimensions its input has", "export it with the shape of an example")
    }
    (name, type) = (info.name, info.type)
    if case .fixed(let count)? = dimensions.first { fixedBatch = count } else { fixedBatch = nil }
    guard fixedBatch.map({ (1...4096).contains($0) }) ?? true else {
      throw failure("its input takes \(fixedBatch!) images at a time", "export it with a batch of any size")
    }
    let sizes: [Int?] = dimensions.dropFirst().map { dimension in
      guard case .fixed(let size) = dimension, size > 0 else { return nil }
      return size
    }
    func size(_ index: Int, or fallback: Int?) throws -> Int {
      guard let size = sizes[index] ?? fallback else {
        throw failure(
          "it leaves the size of its images open: \(info.text)",
          "say what its images are, for example \(Setting.inputShape.set(to: "3x224x224")), or export it with that size"
        )
      }
      return size
    }
    var note: String?
    switch sizes.count {
    case 3:
      let isLast = sizes[2].map { [1, 3, 4].contains($0) } ?? false
      let isFirst = sizes[0].map { [1, 3, 4].contains($0) } ?? false
      layout = chosen ?? (isLast && !isFirst ? .nhwc : .nchw)
      if chosen == nil, layout == .nhwc { note = "its input \(info.text) is read as rows, columns, channels" }
      let order = layout == .nchw ? [0, 1, 2] : [2, 0, 1]
      imageShape = Shape([
        try size(order[0], or: given?[0]), try size(order[1], or: given?[1]), try size(order[2], or: given?[2]),
      ])
      self.dimensions = layout == .nchw ? imageShape.dimensions : [imageShape[1], imageShape[2], imageShape[0]]
    case 2:
      layout = .nchw
      imageShape = Shape([1, try size(0, or: given?[1]), try size(1, or: given?[2])])
      self.dimensions = [imageShape[1], imageShape[2]]
    case 1:
      layout = chosen ?? .nchw
      let count = try size(0, or: given?.count)
      guard let shape = given ?? Self.square(count), shape.count == count else {
        throw failure(
          "it takes \(count) numbers for each image",
          "say what its images are, for example \(Setting.inputShape.set(to: "1x28x28"))")
      }
      imageShape = shape
      self.dimensions = [count]
      note = "its input of \(count) numbers is read as an image of \(shape)"
    default:
      throw failure("its input is \(info.text)", "export a classifier that takes [batch, channels, rows, columns]")
    }
    guard given == nil || given == imageShape else {
      throw failure("it takes images of \(imageShape), not \(given!)", "leave the shape out, or export it for that one")
    }
    guard imageShape.count <= 1 << 24 else {
      throw failure("it takes images of \(imageShape)", "export it for images of at most 2²⁴ numbers")
    }
    self.note = note
  }

  /// The shape of an image of `count` numbers, if it is square: one channel, or three.
  private static func square(_ count: Int) -> Shape? {
    for channels in [1, 3] where count % channels == 0 {
      let side = Int(Double(count / channels).squareRoot().rounded())
      if side > 0, side * side * channels == count { return [channels, side, side] }
    }
    return nil
  }
}

extension TensorInfo {
  /// For example `[batch, 3, 224, 224]`.
  var text: String {
    guard let dimensions else { return "of unknown shape" }
    let parts = dimensions.map { dimension in
      switch dimension {
      case .fixed(let size): "\(size)"
      case .named(let name): name
      case .unknown: "?"
      }
    }
    return "[\(parts.joined(separator: ", "))]"
  }
}
