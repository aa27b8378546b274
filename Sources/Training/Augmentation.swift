public import Models
import Tensors

/// Random changes to training images, drawn per (seed, epoch, image) and so independent of batches and threads.
public struct Augmentation: Codable, Hashable, Sendable {
  /// Whether an image is mirrored left to right with probability ½.
  public var flips = false
  /// Images move by up to this many pixels each way; what comes in from outside is 0.
  public var shift = 0
  /// Brightness and contrast, changed by the model after it has prepared the image.
  public var jitter: Jitter?

  public init() {}

  /// Mirrors and moves `images` `[batch, channel, row, column]`, whose identifiers are `ids`.
  func apply(to images: Tensor, ids: [Int], seed: UInt64, epoch: Int) -> Tensor {
    guard flips || shift != 0 else { return images }
    let (channels, rows, columns) = (images.shape[1], images.shape[2], images.shape[3])
    return Tensor(uninitialized: images.shape) { output in
      images.withUnsafeBuffer { input in
        for (index, id) in ids.enumerated() {
          var stream = RandomStream(seed: seed, 0xA06, UInt64(epoch), UInt64(id))
          let flip = flips && stream.uniform() < 0.5
          let dy = shift == 0 ? 0 : Int.random(in: -shift...shift, using: &stream)
          let dx = shift == 0 ? 0 : Int.random(in: -shift...shift, using: &stream)
          for channel in 0..<channels {
            let base = (index * channels + channel) * rows * columns
            for row in 0..<rows {
              for column in 0..<columns {
                let y = row - dy
                let x = (flip ? columns - 1 - column : column) - dx
                let inside = y >= 0 && y < rows && x >= 0 && x < columns
                output[base + row * columns + column] = inside ? input[base + y * columns + x] : 0
              }
            }
          }
        }
      }
    }
  }
}
