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

  /// One model, attack and goal.
  private struct Grid {
    /// Of all examples, shown or not.
    var budgets: Set<Int> = []
    /// By image and target, the first of them: perturbation and example by budget.
    var rows: [[Int]: [Int: [Bitmap?]]] = [:]
  }

  let pictures: ExamplePictures
  let options: ExampleExport.Options
  let folder: ExportFolder
  private var grids: [[Int]: Grid] = [:]
  /// The contact sheet to which examples are added, and the names of those that are full.
  private var sheet: [Bitmap] = []
  private var sheets: [String] = []

  init(_ pictures: ExamplePictures, _ options: ExampleExport.Options, _ folder: ExportFolder) {
    (self.pictures, self.options, self.folder) = (pictures, options, folder)
  }

  mutating func append(_ example: Example) throws {
    let (record, position, file) = (example.record, example.position, example.file!)
    lazy var adversarial = picture(file.levels, frame: file.verdict.survives ? Self.surviving : Self.lost)
    if options.writesGrids {
      var grid = grids.removeValue(forKey: [record.model, record.attack, record.goal]) ?? Grid()
      grid.budgets.insert(record.budget)
      let perturbation = picture(pictures.perturbation(to: file.levels, at: position).levels)
      grid.rows[[position, record.target ?? -1], default: [:]][record.budget] = [perturbation, adversarial]
      if grid.rows.count > Self.rowsPerGrid { grid.rows.removeValue(forKey: Self.sorted(grid.rows).last!) }
      grids[[record.model, record.attack, record.goal]] = grid
    }
    if options.writesContactSheet {
      sheet.append(adversarial)
      if sheet.count == Self.examplesPerSheet { try writeContactSheet() }
    }
  }

  /// Writes what is not written yet.
  /// - Returns: the names of all sheets.
  mutating func finish() throws -> [String] {
    let names = try Self.sorted(grids).map(writeGrid)
    if !sheet.isEmpty { try writeContactSheet() }
    return names + sheets
  }

  /// `contact-sheet.png`, and `contact-sheet-2.png` and so on if there are more: all examples in the order of the manifest.
  private mutating func writeContactSheet() throws {
    let columns = min(32, max(8, Int(Double(sheet.count).squareRoot().rounded(.up))))
    let rows = stride(from: 0, to: sheet.count, by: columns).map { first in
      sheet[first..<min(first + columns, sheet.count)].map { $0 as Bitmap? }
    }
    sheets.append(sheets.isEmpty ? "contact-sheet.png" : "contact-sheet-\(sheets.count + 1).png")
    try folder.write(PNG.encode(ImageGrid.compose(rows: rows, gap: 4)), to: sheets.last!)
    sheet = []
  }

  /// `grid-<model>-<attack>-<goal>.png`: ε, then a row for each of the first images (and target); the original, then perturbation and
  /// example for each ε.
  private func writeGrid(_ key: [Int]) throws -> String {
    let grid = grids[key]!
    let budgets = grid.budgets.sorted()
    let header: [Bitmap?] = [nil] + budgets.flatMap { [heading($0), nil] }
    let rows = Self.sorted(grid.rows).map { row -> [Bitmap?] in
      let cells = grid.rows[row]!
      return [picture(pictures.dataset.pixels(at: row[0]))] + budgets.flatMap { cells[$0] ?? [nil, nil] }
    }
    let (paths, goal) = (pictures.paths, pictures.configuration.goals[key[2]].rawValue)
    let name = "grid-\(paths.modelNames[key[0]])-\(paths.attackNames[key[1]])-\(goal).png"
    try folder.write(PNG.encode(ImageGrid.compose(rows: [header] + rows, gap: 4)), to: name)
    return name
  }

  private static func sorted(_ table: [[Int]: some Any]) -> [[Int]] {
    table.keys.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// ε over its two columns, as large as fits into one.
  private func heading(_ budget: Int) -> Bitmap {
    let text = pictures.configuration.budgets[budget].text
    let width = picture([UInt8](repeating: 0, count: pictures.dataset.shape.count)).width
    return PixelText.bitmap(text, scale: max(1, min(3, width / (4 * text.count))))
  }

  /// Small images are shown twice as large; without a colour, the frame is white as the sheet.
  private func picture(_ levels: [UInt8], frame: [UInt8] = [255, 255, 255]) -> Bitmap {
    pictures.bitmap(levels).enlarged(by: pictures.dataset.shape[1] < 64 ? 2 : 1)
      .framed(by: 2, red: frame[0], green: frame[1], blue: frame[2])
  }
}
