import Foundation
import TestSupport

/// Twenty images a split in the files of MNIST: class c has a bright bar in row 2c + 4.
enum TinyMNIST {
  static func write(to folder: TemporaryFolder) throws {
    for part in ["train", "t10k"] {
      var images = Data(hex: "00000803 00000014 0000001c 0000001c")
      var labels = Data(hex: "00000801 00000014")
      for index in 0..<20 {
        labels.append(UInt8(index % 10))
        images.append(Data((0..<784).map { UInt8(($0 / 28 == 2 * (index % 10) + 4 ? 200 : 20) + $0 % 7) }))
      }
      try folder.write(images, to: "mnist/\(part)-images-idx3-ubyte")
      try folder.write(labels, to: "mnist/\(part)-labels-idx1-ubyte")
    }
  }
}
