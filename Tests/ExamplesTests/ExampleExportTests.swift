import Arrays
import Attacks
import Datasets
import Diagnostics
import Examples
import Files
import Foundation
import Imaging
import Models
import RunSamples
import Runs
import Sweeps
import Tensors
import Testing

@Suite struct ExampleExportTests {
  private func export(
    _ sample: SweepSample, _ directory: SweepDirectory, to place: URL, threads: Int = 1,
    selection: ExampleSelection? = nil, _ change: (inout ExampleExport.Options) -> Void = { _ in }
  ) throws -> ExampleExport.Report {
    var options = ExampleExport.Options()
    change(&options)
    let export = try ExampleExport(
      sample.sweep, store: directory.store,
      selection: try selection ?? ExampleSelection(of: sample.configuration, outcome: .all), options: options)
    return try #require(try export.write(to: place.path, threads: threads))
  }

  /// The rows of a manifest, as JSON has them.
  private func rows(_ folder: URL) throws -> [[String: Any]] {
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "manifest.json")))
    return try #require((object as? [String: Any])?["examples"] as? [[String: Any]])
  }

  @Test("PNG files are those that the run itself wrote")
  func reproducesTheRun() throws {
    try withFolder { folder in
      let sample = try SweepSample(
        goals: [.untargeted, .each, .leastLikely, .random],
        attacks: [FGSM(), BIM(steps: .relative(count: 2, relativeSize: 0.6), startsAtRandom: true)],
        epsilon: "0,0.01,8/255,0.2")
      let directory = try sample.run(in: folder.appending(path: "run"), examples: .all)
      let report = try export(sample, directory, to: folder.appending(path: "out"))
      let made = try pictures(below: folder.appending(path: "out")).filter { !$0.key.hasPrefix("manifest") }
      let expected = try pictures(below: directory.images).filter { !$0.key.hasPrefix("manifest") }
      #expect(made.filter { !$0.key.hasPrefix("clean/") } == expected.filter { !$0.key.hasPrefix("clean/") })
      for (name, data) in made where name.hasPrefix("clean/") { #expect(expected[name] == data) }
      let records = try directory.store.records().filter {
        $0.wasCorrect && $0.target != $0.label && $0.budget > 0
      }
      #expect(report.count == records.count && report.differences == 0)
      let rows = try rows(folder.appending(path: "out"))
      #expect(rows.count { $0["fools"] as? Bool == true } == records.count(where: \.success))
      // Both manifests say the same of where an example was found.
      let csv = CSV.rows(try String(contentsOf: directory.images.appending(path: "manifest.csv"), encoding: .utf8))
      let (file, first) = (csv[0].firstIndex(of: "file")!, csv[0].firstIndex(of: "first_epsilon")!)
      let found = Dictionary(uniqueKeysWithValues: csv.dropFirst().map { ($0[file], $0[first]) })
      #expect(
        rows.allSatisfy { row in
          // JSONSerialization may read a number to within a rounding.
          let (csv, json) = (found[row["file"] as? String ?? ""].flatMap(Double.init), row["first_epsilon"] as? Double)
          return (csv == nil) == (json == nil) && abs((csv ?? 0) - (json ?? 0)) < 1e-12
        })
      #expect(
        rows.contains { row in
          guard row["fools"] as? Bool == true, let first = row["first_epsilon"] as? Double else { return false }
          return first < row["epsilon"] as? Double ?? 0
        })
      #expect(report.fooling == records.count(where: \.success))
      #expect(report.surviving == rows.count { $0["survives"] as? Bool == true && $0["fools"] as? Bool == true })
    }
  }

  @Test("Only what is asked for is exported, by default what succeeded")
  func selections() throws {
    try withFolder { folder in
      let sample = try SweepSample(
        count: 30, goals: [.untargeted, .each], attacks: [FGSM(), BIM()], epsilon: "0,8/255,0.2")
      let directory = try sample.run(in: folder.appending(path: "run"), examples: .first(0))
      let records = try directory.store.records().filter { $0.wasCorrect && $0.target != $0.label && $0.budget > 0 }
      let ids = sample.sweep.dataset.ids
      let cases: [(ExampleSelection, (EvaluationRecord) -> Bool)] = try [
        (ExampleSelection(of: sample.configuration), { $0.success }),
        (ExampleSelection(of: sample.configuration, outcome: .no), { !$0.success }),
        (
          ExampleSelection(of: sample.configuration, models: "second", attacks: "bim"),
          { $0.success && $0.model == 1 && $0.attack == 1 }
        ),
        (ExampleSelection(of: sample.configuration, epsilon: "0.2"), { $0.success && $0.budget == 2 }),
        (ExampleSelection(of: sample.configuration, epsilon: "16/510"), { $0.success && $0.budget == 1 }),
        (
          ExampleSelection(of: sample.configuration, classes: "1,class 2"), { $0.success && [1, 2].contains($0.label) }
        ),
        (ExampleSelection(of: sample.configuration, targets: "3"), { $0.success && $0.target == 3 }),
        (ExampleSelection(of: sample.configuration, limit: 7), { $0.success && ids.firstIndex(of: $0.image)! < 7 }),
      ]
      for (index, (selection, isWanted)) in cases.enumerated() {
        let report = try export(sample, directory, to: folder.appending(path: "out\(index)"), selection: selection)
        #expect(report.count == records.count(where: isWanted), "case \(index)")
      }
    }
  }

  @Test("Unknown names, classes and budgets are usage errors that list what the run holds")
  func refusals() throws {
    let configuration = try SweepSample(epsilon: "0,0.2").configuration
    let calls: [(() throws -> ExampleSelection, String, String)] = [
      ({ try ExampleSelection(of: configuration, models: "frist") }, "models", "first"),
      ({ try ExampleSelection(of: configuration, attacks: "bim") }, "attacks", "fgsm"),
      ({ try ExampleSelection(of: configuration, epsilon: "0.3") }, "epsilon", "0.2"),
      ({ try ExampleSelection(of: configuration, epsilon: "0") }, "epsilon", "0.2"),
      ({ try ExampleSelection(of: configuration, classes: "4") }, "classes", "class 3"),
      ({ try ExampleSelection(of: configuration, targets: "1") }, "targets", "leave"),
      ({ try ExampleSelection(of: configuration, limit: 0) }, "limit", "1 or more"),
    ]
    for (call, setting, hint) in calls {
      let error = #expect(throws: InputError.self) { try call() }
      #expect(error?.kind == .usage && error?.subject == setting && error?.remedy.contains(hint) == true)
    }
  }

  @Test(
    "Arrays hold what the attack returned, and the same on any number of threads",
    arguments: ["npy", "npz", "safetensors"])
  func arrays(format: String) throws {
    try withFolder { folder in
      let sample = try SweepSample(shape: [2, 4, 4], goals: [.untargeted, .leastLikely], epsilon: "0.013,0.2")
      let directory = try sample.run(in: folder.appending(path: "run"), examples: .first(0))
      for threads in [1, 2] {
        _ = try export(sample, directory, to: folder.appending(path: "out\(threads)"), threads: threads) {
          $0.format = .init(rawValue: format)!
        }
      }
      let out = folder.appending(path: "out1")
      let names = try FileManager.default.contentsOfDirectory(atPath: out.path)
      for name in names {
        #expect(
          try Data(contentsOf: out.appending(path: name))
            == Data(contentsOf: folder.appending(path: "out2/\(name)")), "\(name)")
      }
      func array(_ name: String) throws -> (shape: [Int], values: [Double]) {
        if format == "safetensors" {
          let tensor = try SafeTensors(contentsOf: out.appending(path: "examples.safetensors").path).tensors[name]!
          return (tensor.shape.dimensions, tensor.scalars.map(Double.init))
        }
        let array =
          format == "npz"
          ? try NPZ(contentsOf: out.appending(path: "examples.npz").path).array(name)!
          : try NPY.read(out.appending(path: "\(name).npy").path)
        return (array.shape, array.doubles ?? array.integers!.map(Double.init))
      }
      let rows = try rows(out)
      let images = try array("images")
      #expect(images.shape == [rows.count, 2, 4, 4] && rows.count > 10)
      let records = try directory.store.records()
      for (index, row) in rows.enumerated() {
        #expect(row["row"] as? Int == index)
        let model = try #require(sample.models.first { $0.name == row["model"] as? String })
        let pixels = images.values[index * 32..<(index + 1) * 32].map(Float.init)
        let prediction = model.predictions(for: Tensor(pixels, shape: [1, 2, 4, 4]))[0]
        #expect(row["file_prediction"] as? Int == prediction && row["prediction"] as? Int == prediction)
        #expect(row["survives"] as? Bool == row["fools"] as? Bool)
        let record = try #require(
          records.first {
            sample.models[$0.model].name == model.name && $0.image == row["image"] as? Int
              && sample.configuration.goals[$0.goal].rawValue == row["goal"] as? String
              && sample.configuration.budgets[$0.budget].text == row["epsilon_text"] as? String
          })
        #expect(abs(try #require(row["linf"] as? Double) - Double(record.distances["linf"]!)) < 1e-7)
        #expect(abs(try #require(row["l2"] as? Double) - Double(record.distances["l2"]!)) < 1e-6)
        #expect(try array("labels").values[index] == Double(record.label))
        #expect(try array("targets").values[index] == Double(record.target ?? -1))
      }
    }
  }

  @Test("On the lattice every example survives, inside the budget in whole levels", arguments: ["png", "npz"])
  func lattice(format: String) throws {
    try withFolder { folder in
      let sample = try SweepSample(
        count: 40, attacks: [FGSM(), BIM()], epsilon: "1/255,2/255,0.03,0.1", names: ["first", "second"])
      let directory = try sample.run(in: folder.appending(path: "run"), examples: .first(0))
      let out = folder.appending(path: "out")
      let report = try export(sample, directory, to: out, selection: ExampleSelection(of: sample.configuration)) {
        $0.format = .init(rawValue: format)!
        $0.usesLattice = true
      }
      #expect(report.count > 20 && report.surviving == report.count)
      #expect(report.summary.floored.map(\.levels) == [7, 25])
      let radius = ["1/255": 1.0, "2/255": 2, "0.03": 7, "0.1": 25]
      for row in try rows(out) {
        #expect((row["attack_parameters"] as? String)?.contains("lattice: true") == true)
        let levels = try #require(row["linf_levels"] as? Double)
        #expect(levels == levels.rounded() && levels <= radius[row["epsilon_text"] as! String]!)
      }
      for cell in report.summary.cells {
        #expect(cell.latticeSucceeded == cell.exported && cell.surviving == cell.exported)
        #expect(cell.roundedSurviving! <= cell.succeeded! && cell.truncatedSurviving! <= cell.succeeded!)
      }
    }
  }

  @Test("A record that comes out differently is an error, and nothing is left behind")
  func differences() throws {
    try withFolder { folder in
      let sample = try SweepSample(epsilon: "0,0.2")
      let directory = try sample.run(in: folder.appending(path: "run"), examples: .first(0))
      var records = try directory.store.records()
      let index = try #require(records.firstIndex { $0.success })
      records[index].distances["l2"]! += 0.001
      try FileManager.default.createDirectory(at: folder.appending(path: "other"), withIntermediateDirectories: true)
      let store = try RunStore.create(
        at: folder.appending(path: "other/run.sqlite"), configuration: sample.configuration)
      try store.append(records)
      var options = ExampleExport.Options()
      let selection = try ExampleSelection(of: sample.configuration)
      let out = folder.appending(path: "out")
      let error = #expect(throws: InputError.self) {
        try ExampleExport(sample.sweep, store: store, selection: selection, options: options)
          .write(to: out.path, threads: 2)
      }
      #expect(error?.kind == .file && error?.problem.contains("image \(records[index].image)") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["other", "run"])
      options.allowsDifferences = true
      let report = try ExampleExport(sample.sweep, store: store, selection: selection, options: options)
        .write(to: out.path, threads: 2)
      #expect(report?.differences == 1)
    }
  }

  @Test("Nothing to export, a folder in use and contradictory options are refused; cancelling leaves nothing")
  func nothingIsLeftBehind() throws {
    try withFolder { folder in
      let sample = try SweepSample(epsilon: "0,0.000001")
      let directory = try sample.run(in: folder.appending(path: "run"), examples: .first(0))
      func attempt(_ place: String, _ change: (inout ExampleExport.Options) -> Void = { _ in }) throws -> Bool {
        var options = ExampleExport.Options()
        change(&options)
        return try ExampleExport(
          sample.sweep, store: directory.store, selection: ExampleSelection(of: sample.configuration), options: options
        ).write(to: folder.appending(path: place).path, threads: 1, isCancelled: { place == "cancelled" }) != nil
      }
      let nothing = #expect(throws: InputError.self) { try attempt("out") }
      #expect(nothing?.kind == .usage && nothing?.remedy.contains("outcome: yes") == true)
      let inUse = #expect(throws: InputError.self) { try attempt("run") }
      #expect(inUse?.kind == .output)
      let packed = #expect(throws: InputError.self) { try attempt("out") { $0.isCompressed = true } }
      #expect(packed?.kind == .usage && packed?.subject == "isCompressed")
      #expect(try !attempt("cancelled"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run"])
    }
  }

  @Test("Grids and contact sheets show every example, framed by whether it survives")
  func sheets() throws {
    try withFolder { folder in
      let sample = try SweepSample(count: 12, epsilon: "0,1/255,0.2", names: ["first"])
      let directory = try sample.run(in: folder.appending(path: "run"), examples: .first(0))
      let out = folder.appending(path: "out")
      let report = try export(sample, directory, to: out) {
        $0.writesGrids = true
        $0.writesContactSheet = true
      }
      let sheet = try PNG.read(out.appending(path: "contact-sheet.png").path)
      // 4×4 pixels twice as large, with a frame of 2: 12 pixels, 4 apart, 8 in a row.
      let rows = try rows(out)
      #expect(sheet.width == 4 + 8 * 16 && sheet.height == 4 + (rows.count + 7) / 8 * 16)
      for (index, row) in rows.enumerated() {
        let corner = ((4 + index / 8 * 16) * sheet.width + 4 + index % 8 * 16) * 3
        let expected: [UInt8] = row["survives"] as? Bool == true ? [0, 114, 178] : [213, 94, 0]
        #expect(Array(sheet.pixels[corner..<corner + 3]) == expected)
      }
      #expect(report.surviving > 0 && report.surviving < report.count)
      let grid = try PNG.read(out.appending(path: "grid-first-fgsm-untargeted.png").path)
      // “1/255” is five letters of 4 pixels, wider than the pictures.
      #expect(grid.width == 4 + 5 * (20 + 4))
      // Below the heading, which is 5 pixels high, the first cell is an original: its upper left pixel is at 4 + 2 from there.
      let first = try #require(rows.first?["image"] as? Int)
      let position = try #require(sample.sweep.dataset.ids.firstIndex(of: first))
      #expect(grid.pixels[((5 + 4 + 6) * grid.width + 6) * 3] == sample.sweep.dataset.pixels(at: position)[0])
    }
  }

  @Test("A manifest that is written row by row has the bytes of one that is written at once")
  func manifestsAreWhole() throws {
    try withFolder { folder in
      // Names that look like what stands around the rows.
      let sample = try SweepSample(
        goals: [.untargeted, .leastLikely], epsilon: "0.02,0.5", names: ["\n  \"examples\" : null", "[\n    {\n},"])
      let directory = try sample.run(in: folder.appending(path: "run"), examples: .first(0))
      for (index, isWanted) in [true, false].enumerated() {
        let out = folder.appending(path: "out\(index)")
        let selection = try ExampleSelection(of: sample.configuration, outcome: .all, limit: isWanted ? nil : 1)
        let report = try export(sample, directory, to: out, selection: selection) { $0.format = .npz }
        #expect(try rows(out).count == report.count && report.count > 0)
        let data = try Data(contentsOf: out.appending(path: "manifest.json"))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        #expect(try encoder.encode(JSONDecoder().decode(JSON.self, from: data)) + Data("\n".utf8) == data)
        let names = try FileManager.default.contentsOfDirectory(atPath: out.path).sorted()
        #expect(names == ["examples.npz", "manifest.csv", "manifest.json"])
      }
    }
  }

  @Test("More examples than one sheet holds are on several, and a grid shows the first images and all budgets")
  func manySheets() throws {
    try withFolder { folder in
      let sample = try SweepSample(
        count: 300, shape: [1, 2, 2], goals: [.each], epsilon: "0.1,0.9", chunkSize: 64, names: ["first"])
      let directory = try sample.run(in: folder.appending(path: "run"), examples: .first(0))
      let out = folder.appending(path: "out")
      let report = try export(sample, directory, to: out, threads: 2) {
        $0.format = .npy
        $0.pixels = .uint8
        $0.writesGrids = true
        $0.writesContactSheet = true
      }
      #expect(report.count > 1024)
      #expect(report.files.suffix(3) == ["grid-first-fgsm-each.png", "contact-sheet.png", "contact-sheet-2.png"])
      let rows = try rows(out)
      for (number, name) in report.files.suffix(2).enumerated() {
        let sheet = try PNG.read(out.appending(path: name).path)
        let part = rows.dropFirst(1024 * number).prefix(1024)
        // 2×2 pixels twice as large, with a frame of 2: 8 pixels, 4 apart.
        let columns = (sheet.width - 4) / 12
        for (index, row) in part.enumerated() {
          let corner = ((4 + index / columns * 12) * sheet.width + 4 + index % columns * 12) * 3
          let expected: [UInt8] = row["survives"] as? Bool == true ? [0, 114, 178] : [213, 94, 0]
          #expect(Array(sheet.pixels[corner..<corner + 3]) == expected)
        }
      }
      // The grid: a heading of 5 pixels, then the first 16 pairs of image and target.
      let grid = try PNG.read(out.appending(path: "grid-first-fgsm-each.png").path)
      let ids = sample.sweep.dataset.ids
      let pairs = Set(rows.map { [ids.firstIndex(of: $0["image"] as! Int)!, $0["target"] as! Int] })
        .sorted { $0.lexicographicallyPrecedes($1) }.prefix(16)
      for (line, pair) in pairs.enumerated() {
        let first = sample.sweep.dataset.pixels(at: pair[0])[0]
        let pitch = (grid.height - 4 - 5 - 4) / 16
        #expect(grid.pixels[((4 + 5 + 4 + line * pitch + 2) * grid.width + 4 + 2) * 3] == first, "line \(line)")
      }
    }
  }
}
