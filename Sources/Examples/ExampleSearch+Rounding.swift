import Runs
import Sweeps
import Tensors

extension ExampleSearch {
  /// How the run's own examples fare when they are made into levels, for each image by budget.
  func roundings(_ found: [[Int: Found]], _ batch: Batch) -> [[Int: Example.Rounding]] {
    let pictures = ExamplePictures(sweep)
    let places = found.indices.flatMap { row in
      selection.budgets.filter { found[row][$0]?.record.success == true }.map { (row: row, budget: $0) }
    }
    func survive(_ levels: (_ found: Found, _ position: Int) -> [UInt8]) -> [Bool] {
      let files = places.map { place -> ExamplePictures.Read in
        let (found, position) = (found[place.row][place.budget]!, batch.positions[place.row])
        return (found.record, position, levels(found, position).map { Float($0) / 255 })
      }
      return pictures.verdicts(files, sweep.models[batch.model]).map(\.survives)
    }
    let truncated = survive { found, _ in found.image.scalars.map { UInt8(($0 * 255).rounded(.down)) } }
    let rounded = survive { found, position in pictures.levels(of: found.image, found.record, at: position) }
    var result = [[Int: Example.Rounding]](repeating: [:], count: found.count)
    for (index, place) in places.enumerated() {
      result[place.row][place.budget] = Example.Rounding(truncated: truncated[index], rounded: rounded[index])
    }
    return result
  }
}
