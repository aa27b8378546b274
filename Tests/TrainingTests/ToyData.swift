import Datasets
import Foundation
import Tensors

/// A small synthetic data set that a network can learn: class c is a bright bar in its own place, on noise.
enum ToyData {
  static func dataset(count: Int, side: Int = 20, classes: Int = 3, seed: UInt64 = 1) -> Dataset {
    var stream = RandomStream(seed: seed, 0x70)
    var pixels: [UInt8] = []
    var labels: [Int] = []
    for image in 0..<count {
      let label = image % classes
      labels.append(label)
      for row in 0..<side {
        for _ in 0..<side {
          let noise = UInt8(stream.uniform() * 60)
          pixels.append(row / 6 == label ? 180 + noise : noise)
        }
      }
    }
    return Dataset(
      name: "toy", split: .train, shape: [1, side, side], bytes: Data(pixels), labels: labels,
      classNames: (0..<classes).map { "bar \($0)" }, sha256: String(repeating: "0", count: 64), attribution: "synthetic"
    )
  }
}
