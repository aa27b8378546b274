import Imaging
import Models
import Tensors

/// One image made again while one element at a time of its class's pose is moved (Sabour, Frosst & Hinton 2017, Fig. 4).
struct PoseSweep {
  /// What is added to an element: eleven numbers evenly spaced on ±`range`.
  let offsets: [Float]
  /// `[elements, offsets, channels, rows, columns]`.
  let images: Tensor

  static let stepCount = 11

  /// The offsets on ±`range`, of which the middle one is 0.
  static func offsets(_ range: Float) -> [Float] {
    (0..<stepCount).map { range * Float(2 * $0 - (stepCount - 1)) / Float(stepCount - 1) }
  }

  /// Of the pose of `chosen` among `poses` `[1, classes, elements]`.
  init(_ poses: Tensor, of chosen: Int, range: Float, in model: any Model) {
    let (classes, elements) = (poses.shape[1], poses.shape[2])
    let offsets = Self.offsets(range)
    let count = elements * offsets.count
    let moved = Tensor(uninitialized: [count, classes, elements]) { output in
      poses.withUnsafeBuffer { pose in
        for row in 0..<count {
          for index in 0..<pose.count { output[row * pose.count + index] = pose[index] }
          let (element, step) = (row / offsets.count, row % offsets.count)
          output[row * pose.count + chosen * elements + element] += offsets[step]
        }
      }
    }
    self.offsets = offsets
    let made = model.reconstructions(of: moved, classes: Array(repeating: chosen, count: count))
    images = made.reshaped(to: Shape([elements, offsets.count] + made.shape.withoutBatch.dimensions))
  }

  /// For each element, the mean squared difference between the images of the two ends.
  var changes: [Double] {
    let size = images.shape.withoutBatch.withoutBatch.count
    let row = size * offsets.count
    return images.withUnsafeBuffer { pixels in
      (0..<images.shape[0]).map { element in
        var sum = 0.0
        for i in 0..<size {
          let difference = Double(pixels[element * row + row - size + i] - pixels[element * row + i])
          sum += difference * difference
        }
        return sum / Double(size)
      }
    }
  }

  /// A row for each element of the pose, a column for each offset, which stands above it.
  var sheet: Bitmap {
    let shape = images.shape.withoutBatch.withoutBatch
    let levels = Quantizer.levels(of: images)
    let rows = (0..<images.shape[0]).map { element in
      offsets.indices.map { step -> Bitmap? in
        let start = (element * offsets.count + step) * shape.count
        return Bitmap(planar: Array(levels[start..<start + shape.count]), shape: shape)
      }
    }
    return ImageGrid.compose(rows: [offsets.map { PixelText.bitmap(Self.text($0), scale: 1) }] + rows)
  }

  /// As short as it can be: 0.05, -0.25.
  private static func text(_ offset: Float) -> String {
    let hundredths = (Double(offset) * 1000).rounded() / 1000
    return hundredths == 0 ? "0" : "\(hundredths)"
  }
}
