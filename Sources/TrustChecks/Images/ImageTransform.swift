import Tensors

/// Something that may have been done to images, undone: where each element comes from, and what becomes of its value.
struct ImageTransform: Sendable {
  /// How images look that need it, such as `inverted`.
  let title: String
  let remedy: String
  /// Whether it moves pixels as another point of view would.
  var isGeometric = false
  /// For each element of an image `[channels, rows, columns]` the index of the one that takes its place; nil: none moves.
  var source: [Int]?
  var value: (@Sendable (Float) -> Float)?
  /// What becomes of the value of an element in that channel, after `value`.
  var channelValue: (@Sendable (Float, _ channel: Int) -> Float)?

  /// `[batch, channels, rows, columns]`, each image transformed.
  func callAsFunction(_ images: Tensor) -> Tensor {
    let size = images.shape.withoutBatch.count
    let value = value ?? { $0 }
    let area = max(images.shape.dimensions.dropFirst(2).reduce(1, *), 1)
    return Tensor(uninitialized: images.shape) { output in
      images.withUnsafeBuffer { input in
        for start in stride(from: 0, to: input.count, by: size) {
          for i in 0..<size { output[start + i] = value(input[start + (source?[i] ?? i)]) }
          guard let channelValue else { continue }
          for i in 0..<size { output[start + i] = channelValue(output[start + i], i / area) }
        }
      }
    }
  }
}
