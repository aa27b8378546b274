import Arrays
import Datasets
import Foundation
import TestSupport

/// Twelve images of Fashion-MNIST as images of one's own, of the classes 1 to 6 only.
enum OwnImages {
  /// Writes them to `name` in `folder`; with another first pixel if they are to be others.
  @discardableResult
  static func write(to folder: TemporaryFolder, _ name: String = "d.npz", first: UInt8? = nil) throws -> String {
    let shipped = try DatasetCatalog().load()
    let chosen = shipped.balancedOrder().filter { (1...6).contains(shipped.labels[$0]) }.prefix(12)
    var pixels = chosen.flatMap { shipped.pixels(at: $0) }
    if let first { pixels[0] = first }
    let arrays = [
      (name: "images", array: NumericArray(pixels, shape: [12, 28, 28])),
      (name: "labels", array: NumericArray(shipped.labels(at: chosen))),
    ]
    return try folder.write(NPZ.encoded(arrays), to: name)
  }
}
