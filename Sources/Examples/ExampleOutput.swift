import Files
import Runs
import Sweeps

/// What an export writes besides the files of single examples, batch after batch in the order of the records.
struct ExampleOutput {
  private let pictures: ExamplePictures
  private let options: ExampleExport.Options
  private let folder: ExportFolder
  private var summary: ExampleSummary
  private var manifest: ExampleManifest
  private var arrays: ExampleArrays
  private var sheets: ExampleSheets
  private var differences = 0
  /// Of PNG files: models that have some, and positions of originals.
  private var models: Set<Int> = []
  private var originals: Set<Int> = []
  /// Images done.
  var done = 0

  init(_ pictures: ExamplePictures, _ options: ExampleExport.Options, _ folder: ExportFolder) {
    (self.pictures, self.options, self.folder) = (pictures, options, folder)
    summary = ExampleSummary(pictures.configuration, usesLattice: options.usesLattice)
    manifest = ExampleManifest(folder)
    arrays = ExampleArrays(pictures, options, folder)
    sheets = ExampleSheets(pictures, options, folder)
  }

  /// Adds what was found, some of which is exported.
  mutating func append(_ found: ExampleSearch.Result) throws {
    differences += found.differences.count
    for example in found.examples { summary.add(example) }
    let exported = found.examples.filter { $0.file != nil }
    try manifest.append(exported.enumerated().map { row($1, index: manifest.count + $0) })
    try arrays.append(exported)
    for example in exported {
      try sheets.append(example)
      guard options.format == .png else { continue }
      models.insert(example.record.model)
      if originals.insert(example.position).inserted {
        let original = pictures.original(at: example.position)
        try folder.write(original.data, to: original.path)
      }
    }
  }

  /// Writes what can be written once all examples are known.
  /// - Returns: what was exported, which may be nothing.
  mutating func finish(_ selection: ExampleSelection) throws -> ExampleExport.Report {
    let cells = summary.cells
    var names: [String] = []
    if manifest.count > 0 {
      names = options.format == .png ? models.map { pictures.paths.modelNames[$0] + "/" }.sorted() + ["clean/"] : []
      names += try arrays.finish()
      try manifest.finish(header(selection))
      names += try ExampleManifest.names + sheets.finish()
    }
    return ExampleExport.Report(
      summary: summary, count: manifest.count, fooling: cells.reduce(0) { $0 + $1.fooling },
      surviving: cells.reduce(0) { $0 + $1.surviving }, differences: differences, files: names)
  }

  private func row(_ example: Example, index: Int) -> ManifestRow {
    var row = pictures.row(
      example.record, file: arrays.name ?? pictures.paths.path(of: example.record), attack: example.attack,
      firstBudget: example.firstBudget, clean: example.clean, example.file!.verdict)
    if arrays.name != nil { row["row"] = index }
    if options.usesLattice {
      row.fields += [
        ("run_fools", example.stored.success), ("run_truncated_survives", example.run?.truncated),
        ("run_rounded_survives", example.run?.rounded),
      ]
    }
    return row
  }

  /// What the manifest says of all examples.
  private func header(_ selection: ExampleSelection) -> [(name: String, value: ManifestRow.Value)] {
    let configuration = pictures.configuration
    return [
      ("format", "robust-examples-1"), ("toolVersion", configuration.toolVersion),
      ("configurationHash", configuration.configurationHash), ("dataset", configuration.dataset.name),
      ("datasetSHA256", configuration.dataset.sha256), ("files", options.format.rawValue),
      ("pixels", options.format == .png ? "uint8" : options.pixels.rawValue), ("lattice", options.usesLattice),
      ("success", selection.outcome.rawValue), ("differences", differences), ("summary", summary.cells),
    ]
  }
}
