import Attacks
import Datasets
import Imaging
import Models
import Runs
import Sweeps
import Tensors

extension ExampleSearch {
  /// How the run's own examples fare when they are made into levels.
  func roundings(
    _ found: [[Int: Found]], _ batch: Batch, _ classifier: any Classifier, _ labels: [Int]
  ) throws -> [[Int: Example.Rounding]] {
    var result = [[Int: Example.Rounding]](repeating: [:], count: found.count)
    for budget in selection.budgets {
      let rows = found.indices.filter { found[$0][budget]?.record.success == true }
      guard !rows.isEmpty else { continue }
      let epsilon = sweep.configuration.budgets[budget].value
      let (shape, norm) = (sweep.dataset.shape, sweep.configuration.norm)
      let originals = rows.map { sweep.dataset.pixels(at: batch.positions[$0]) }
      let cast = rows.map { found[$0][budget]!.pixels.map { UInt8(($0 * 255).rounded(.down)) } }
      let rounded = zip(rows, originals).map { row, original in
        ExampleLevels.nearest(
          to: Tensor(found[row][budget]!.pixels, shape: shape.batched(1)), around: original, budget: epsilon, norm: norm
        )
      }
      func survives(_ levels: [[UInt8]]) -> [Bool] {
        let images = Tensor(levels.flatMap { $0.map { Float($0) / 255 } }, shape: shape.batched(rows.count))
        let predictions = classifier.predictions(for: images)
        return rows.indices.map { index in
          func image(_ levels: [UInt8]) -> Tensor { Tensor(levels.map { Float($0) / 255 }, shape: shape.batched(1)) }
          let isInside = ExampleLevels.isInside(
            image(levels[index]), image(originals[index]), budget: epsilon, norm: norm)
          return isInside && found[rows[index]][budget]!.record.isFooled(by: predictions[index])
        }
      }
      let (truncated, nearest) = (survives(cast), survives(rounded))
      for (index, row) in rows.enumerated() {
        result[row][budget] = Example.Rounding(truncated: truncated[index], rounded: nearest[index])
      }
    }
    return result
  }
}
