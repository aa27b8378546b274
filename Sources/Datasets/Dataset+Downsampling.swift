import Foundation
import Tensors

extension Dataset {
  /// The images with one pixel for every square of `factor` × `factor`: its mean, rounded to a byte, halves upwards.
  ///
  /// Name, hash, labels, ids and viewpoints are those of this set; the attribution says what was done.
  /// - Precondition: rows and columns are multiples of `factor`.
  public func downsampled(by factor: Int) -> Dataset {
    let (channels, rows, columns) = (shape[0], shape[1], shape[2])
    precondition(
      factor > 0 && rows % factor == 0 && columns % factor == 0, "Dataset.downsampled: \(shape) by \(factor)")
    let small: Shape = [channels, rows / factor, columns / factor]
    let area = factor * factor
    var bytes = Data(count: count * small.count)
    bytes.withUnsafeMutableBytes { (output: UnsafeMutableRawBufferPointer) in
      var sums = [Int](repeating: 0, count: small[2])
      for position in labels.indices {
        let pixels = pixels(at: position)
        for row in 0..<(channels * small[1]) {
          for column in sums.indices { sums[column] = 0 }
          for start in (0..<factor).map({ (row * factor + $0) * columns }) {
            for column in 0..<columns { sums[column / factor] += Int(pixels[start + column]) }
          }
          let place = position * small.count + row * small[2]
          for column in sums.indices { output[place + column] = UInt8((2 * sums[column] + area) / (2 * area)) }
        }
      }
    }
    var smaller = Dataset(
      name: name, split: split, shape: small, bytes: bytes, labels: labels, ids: ids, viewpoints: viewpoints,
      classNames: classNames, sha256: sha256,
      attribution: "\(attribution); downsampled by means of \(factor)×\(factor) pixels", source: source)
    smaller.selection = selection
    return smaller
  }
}
