import Attacks
package import Datasets
import Diagnostics
package import Foundation
package import Imaging
package import Runs
package import Tensors

/// How adversarial examples become 8-bit pictures, and pictures examples again: in the folder of a run and in exports.
package struct ExamplePictures: Sendable {
  package let configuration: RunConfiguration
  package let dataset: Dataset
  package let paths: ExamplePaths

  package init(_ sweep: Sweep) {
    (configuration, dataset) = (sweep.configuration, sweep.dataset)
    paths = ExamplePaths(configuration)
  }

  /// The levels, `[channel, row, column]`, of what the attack of `record` returned, `[1, channel, row, column]`: nearest to it
  /// inside the budget.
  /// - Parameter position: where its image comes in the data set.
  package func levels(of image: Tensor, _ record: EvaluationRecord, at position: Int) -> [UInt8] {
    ExampleLevels.nearest(
      to: image, around: dataset.pixels(at: position), budget: configuration.budgets[record.budget].value,
      norm: configuration.norm)
  }

  /// A file with an image of `levels`, `[channel, row, column]`.
  package func png(_ levels: [UInt8]) -> Data { PNG.encode(bitmap(levels)) }

  /// The original at `position` as a file.
  package func original(at position: Int) -> (path: String, data: Data) {
    (paths.clean(dataset.ids[position]), png(dataset.pixels(at: position)))
  }

  package func bitmap(_ levels: [UInt8]) -> Bitmap { Bitmap(planar: levels, shape: dataset.shape) }

  /// The levels, `[channel, row, column]`, in the `data` of a file that is called `path` in errors.
  /// - Throws: `InputError` if it is no picture, or `InputError(.output)` if it is one of another shape.
  package func levels(in data: Data, path: String, remedy: String) throws -> [UInt8] {
    let bitmap = try PNG.decode(data, name: path)
    guard let levels = bitmap.planar(of: dataset.shape) else {
      throw InputError(
        .output, path, "is a picture of \(bitmap.width)×\(bitmap.height) pixels, not an image of \(dataset.shape)",
        remedy: remedy)
    }
    return levels
  }

  /// How `levels` differ from the original at `position`: grey for no change; the largest change, by which the others are
  /// magnified too, nearly reaches black or white.
  package func perturbation(to levels: [UInt8], at position: Int) -> (levels: [UInt8], gain: Int) {
    let original = dataset.pixels(at: position)
    let largest = zip(levels, original).reduce(1) { max($0, abs(Int($1.0) - Int($1.1))) }
    let gain = max(1, 127 / largest)
    return (Quantizer.difference(levels, minus: original, gain: gain), gain)
  }
}
