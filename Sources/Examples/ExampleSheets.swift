import Attacks
import Datasets
import Files
import Foundation
import Imaging
import Runs
import Sweeps
import Tensors

/// Pictures of many examples.
///
/// A frame says whether the file of an example survives: blue if it does, orange if it does not (Okabe & Ito's colours,
/// which the colour-blind can tell apart).
struct ExampleSheets {
  static let surviving = FrameColor.blue
  static let lost = FrameColor.orange
  /// Images of one grid, and examples of one contact sheet.
  static let rowsPerGrid = 16
  static let examplesPerSheet = 1024

  let sweep: Sweep
  let examples: [Example]
  let verdicts: [ExampleVerdict]

  /// `contact-sheet.png`, and `contact-sheet-2.png` and so on if there are more: all examples in the order of the manifest.
  func writeContactSheets(to folder: ExportFolder) throws -> [String] {
    try stride(from: 0, to: examples.count, by: Self.examplesPerSheet).enumerated().map { number, start in
      let part = Array(start..<min(start + Self.examplesPerSheet, examples.count))
      let columns = min(32, max(8, Int(Double(part.count).squareRoot().rounded(.up))))
      let rows = stride(from: 0, to: part.count, by: columns).map { first in
        part[first..<min(first + columns, part.count)].map { adversarial($0) as Bitmap? }
      }
      let name = number == 0 ? "contact-sheet.png" : "contact-sheet-\(number + 1).png"
      try folder.write(PNG.encode(ImageGrid.compose(rows: rows, gap: 4)), to: name)
      return name
    }
  }

  /// `grid-<model>-<attack>-<goal>.png`: ε, then a row for each of the first images (and target); the original, then perturbation and
  /// example for each ε.
  func writeGrids(to folder: ExportFolder) throws -> [String] {
    let paths = ExamplePaths(sweep.configuration)
    let groups = Dictionary(grouping: examples.indices) { index in
      [examples[index].record.model, examples[index].record.attack, examples[index].record.goal]
    }
    return try groups.keys.sorted { $0.lexicographicallyPrecedes($1) }.map { key in
      let group = groups[key]!
      let budgets = Set(group.map { examples[$0].record.budget }).sorted()
      let lines = Dictionary(grouping: group) { [examples[$0].position, examples[$0].record.target ?? -1] }
      let keys = lines.keys.sorted { $0.lexicographicallyPrecedes($1) }.prefix(Self.rowsPerGrid)
      let header: [Bitmap?] = [nil] + budgets.flatMap { [heading($0), nil] }
      let rows =
        [header]
        + keys.map { line -> [Bitmap?] in
          let cells = Dictionary(lines[line]!.map { (examples[$0].record.budget, $0) }) { first, _ in first }
          var row: [Bitmap?] = [picture(sweep.dataset.pixels(at: line[0]))]
          for budget in budgets { row += [cells[budget].map(perturbation), cells[budget].map(adversarial)] }
          return row
        }
      let goal = sweep.configuration.goals[key[2]].rawValue
      let name = "grid-\(paths.modelNames[key[0]])-\(paths.attackNames[key[1]])-\(goal).png"
      try folder.write(PNG.encode(ImageGrid.compose(rows: Array(rows), gap: 4)), to: name)
      return name
    }
  }

  private func adversarial(_ index: Int) -> Bitmap {
    picture(
      ExampleFiles.levels(examples[index], sweep), frame: verdicts[index].survives ? Self.surviving : Self.lost)
  }

  /// Grey for no change; the largest change nearly reaches black or white.
  private func perturbation(_ index: Int) -> Bitmap {
    let (original, levels) = (
      sweep.dataset.pixels(at: examples[index].position), ExampleFiles.levels(examples[index], sweep)
    )
    let largest = zip(levels, original).reduce(1) { max($0, abs(Int($1.0) - Int($1.1))) }
    return picture(Quantizer.difference(levels, minus: original, gain: max(1, 127 / largest)))
  }

  /// ε over its two columns, as large as fits into one.
  private func heading(_ budget: Int) -> Bitmap {
    let text = sweep.configuration.budgets[budget].text
    let width = picture([UInt8](repeating: 0, count: sweep.dataset.shape.count)).width
    return PixelText.bitmap(text, scale: max(1, min(3, width / (4 * text.count))))
  }

  /// Small images are shown twice as large; without a colour, the frame is white as the sheet.
  private func picture(_ levels: [UInt8], frame: [UInt8] = [255, 255, 255]) -> Bitmap {
    Bitmap(planar: levels, shape: sweep.dataset.shape).enlarged(by: sweep.dataset.shape[1] < 64 ? 2 : 1)
      .framed(by: 2, red: frame[0], green: frame[1], blue: frame[2])
  }
}
