import Attacks
import Datasets
import Foundation
import Imaging
import Models
import RunSamples
import Runs
import Sweeps
import Synchronization
import Tensors
import Testing

@Suite struct SweepExamplesTests {
  /// The manifest as rows of named fields.
  private func manifest(_ directory: SweepDirectory) throws -> [[String: String]] {
    let text = try String(contentsOf: directory.images.appending(path: "manifest.csv"), encoding: .utf8)
    let lines = text.split(separator: "\n")
    let header = lines[0].split(separator: ",").map(String.init)
    return lines.dropFirst().map { line in
      var fields: [String] = [""]
      var isQuoted = false
      for character in line {
        if character == "\"" {
          isQuoted.toggle()
        } else if character == ",", !isQuoted {
          fields.append("")
        } else {
          fields[fields.count - 1].append(character)
        }
      }
      #expect(fields.count == header.count)
      return Dictionary(uniqueKeysWithValues: zip(header, fields))
    }
  }

  /// The levels `[channels, rows, columns]` of a grey picture whose channels are side by side.
  private func levels(_ path: String, shape: Shape) throws -> [UInt8] {
    let bitmap = try PNG.read(path)
    guard shape[0] != 3 else { return bitmap.planar }
    return (0..<shape[0]).flatMap { plane in
      (0..<shape[1]).flatMap { row in
        (0..<shape[2]).map { bitmap.pixels[row * bitmap.width + plane * shape[2] + $0] }
      }
    }
  }

  @Test(
    "Files are inside the budget in whole levels, and the manifest says what the model says of them",
    arguments: [1, 2, 3])
  func manifestIsTrue(channels: Int) throws {
    try withFolder { folder in
      let shape: Shape = [channels, 4, 4]
      let sample = try SweepSample(
        shape: shape, goals: [.untargeted, .each], attacks: [FGSM(), BIM(steps: 2, objective: .margin)],
        epsilon: "0,0.01,8/255,0.2")
      let directory = try sample.run(in: folder, threads: 2, examples: .all)
      let dataset = sample.sweep.dataset
      let rows = try manifest(directory)
      let files = try pictures(below: directory.images).keys.filter { !$0.hasPrefix("clean/") && $0 != "manifest.csv" }
      #expect(Set(rows.map { $0["file"]! }) == Set(files) && rows.count == files.count)
      let radius = ["0.01": 2, "8/255": 8, "0.2": 51]
      for row in rows {
        let image = try #require(dataset.ids.firstIndex(of: Int(row["image"]!)!))
        let model = try #require(sample.models.first { $0.name == row["model"]! })
        let levels = try levels(directory.images.appending(path: row["file"]!).path, shape: shape)
        let distance = zip(levels, dataset.pixels(at: image)).map { abs(Int($0) - Int($1)) }.max()!
        #expect(distance <= radius[row["epsilon_text"]!]! && row["linf_levels"] == "\(distance)")
        let prediction = model.predictions(for: Tensor(levels.map { Float($0) / 255 }, shape: shape.batched(1)))[0]
        #expect(row["png_prediction"] == "\(prediction)")
        #expect(row["label"] == "\(dataset.labels[image])" && row["clean_prediction"] == row["label"])
        let isFooled = row["target"]!.isEmpty ? prediction != dataset.labels[image] : "\(prediction)" == row["target"]!
        #expect(row["still_fools"] == "\(isFooled)")
      }
      #expect(rows.contains { $0["still_fools"] == "true" } && rows.contains { $0["still_fools"] == "false" })
      #expect(
        rows.contains {
          $0["attack"] == "bim" && $0["attack_parameters"] == "steps: 2, relativeStepSize: 0.2, objective: margin"
        })

      let records = try directory.store.records()
      let exported = records.filter { $0.wasCorrect && $0.target != $0.label && $0.budget > 0 }
      #expect(exported.count == rows.count)
      #expect(exported.count { $0.success } == rows.count { $0["fools"] == "true" })
      let clean = try levels(directory.images.appending(path: "clean/00103.png").path, shape: shape)
      #expect(clean == dataset.pixels(at: 1))
    }
  }

  @Test("Models and attacks of one name, or of a name unfit for a folder, have folders of their own")
  func folderNames() throws {
    try withFolder { folder in
      let sample = try SweepSample(
        attacks: [FGSM(), FGSM(objective: .margin)], epsilon: "0.1", names: ["../my net", "../my net"])
      _ = try sample.run(in: folder, examples: .first(1))
      #expect(
        try pictures(below: folder).keys.sorted() == [
          "images/clean/00100.png", "images/manifest.csv",
          "images/model-..-my-net-2/fgsm-2/untargeted/eps-0.1/00100.png",
          "images/model-..-my-net-2/fgsm/untargeted/eps-0.1/00100.png",
          "images/model-..-my-net/fgsm-2/untargeted/eps-0.1/00100.png",
          "images/model-..-my-net/fgsm/untargeted/eps-0.1/00100.png",
        ])
    }
  }

  @Test("The gallery shows the smallest budget that beat an image, else the largest")
  func gallery() throws {
    try withFolder { folder in
      let sample = try SweepSample(epsilon: "0,1/255,0.02,0.1,0.5")
      let directory = try sample.run(in: folder, examples: .first(10))
      let gallery = try sample.sweep.gallery(in: directory, count: 3).rows
      #expect(gallery.count { $0.record.model == 0 } == 3)
      let records = try directory.store.records()
      for picture in gallery {
        let record = picture.record
        let others = records.filter { $0.model == record.model && $0.image == record.image }
        let smallest = others.filter(\.success).map(\.budget).min()
        #expect(record.budget == smallest ?? 4)
        let position = try #require(sample.sweep.dataset.ids.firstIndex(of: record.image))
        let clean = sample.sweep.dataset.pixels(at: position)
        #expect(try PNG.decode(picture.cleanPNG, name: "clean").planar == clean)
        let adversarial = try PNG.decode(picture.adversarialPNG, name: "adversarial").planar
        let shown = try PNG.decode(picture.perturbationPNG, name: "perturbation").planar
        let gain = Int(picture.magnification)
        for ((before, after), shade) in zip(zip(clean, adversarial), shown) {
          let difference = Int(after) - Int(before)
          #expect(Int(shade) == 128 + gain * difference)
        }
      }
    }
  }

  /// ε = 0.0035 is less than a level: what it beats is lost as a file. At 0.1, most survive.
  @Test("Cards prefer files that do what the attack did, and say what the model takes a file for")
  func galleryShowsFiles() throws {
    try withFolder { folder in
      let sample = try SweepSample(count: 250, epsilon: "0.0035,0.01,0.1")
      let directory = try sample.run(in: folder, examples: .all)
      let rows = try manifest(directory)
      func row(_ record: EvaluationRecord) -> [String: String]? {
        rows.first {
          $0["model"] == sample.configuration.models[record.model].name && $0["image"] == "\(record.image)"
            && $0["epsilon"] == sample.configuration.budgets[record.budget].text
        }
      }
      let gallery = try sample.sweep.gallery(in: directory, count: 4, examples: .all)
      #expect(!gallery.rows.isEmpty)
      for picture in gallery.rows {
        let line = try #require(row(picture.record))
        #expect("\(picture.filePrediction)" == line["png_prediction"])
        #expect(picture.isUnchanged == (line["linf_levels"] == "0"))
        #expect(picture.isUnchanged == (picture.adversarialPNG == picture.cleanPNG))
        // A lost one is shown only if all that this ε was the first to beat are lost.
        if picture.record.success, picture.filePrediction == picture.record.label {
          let first = rows.filter {
            $0["model"] == line["model"] && $0["epsilon"] == line["epsilon"] && $0["first_epsilon"] == line["epsilon"]
          }
          #expect(first.allSatisfy { $0["still_fools"] == "false" })
        }
      }
      #expect(gallery.successes == rows.count { $0["fools"] == "true" })
      #expect(gallery.surviving == rows.count { $0["fools"] == "true" && $0["still_fools"] == "true" })
      #expect(gallery.successes > gallery.surviving && gallery.surviving > 0)
    }
  }

  @Test("The manifest says at which budget an example was found", arguments: [false, true])
  func firstEpsilon(isRaw: Bool) throws {
    try withFolder { folder in
      let sample = try SweepSample(epsilon: "0,1/255,0.02,0.1,0.5", rawCurves: isRaw)
      let directory = try sample.run(in: folder, examples: .all)
      let records = try directory.store.records()
      let rows = try manifest(directory)
      var repeated = 0
      for row in rows {
        let image = try #require(row["image"].flatMap { Int($0) })
        let model = try #require(sample.configuration.models.firstIndex(where: { $0.name == row["model"] }))
        let first = records.filter { $0.model == model && $0.image == image && $0.success }.map(\.budget).min()
        let expected = isRaw ? row["epsilon"] : first.map { sample.configuration.budgets[$0].text }
        #expect(row["first_epsilon"] == (row["fools"] == "true" ? expected : ""))
        if row["fools"] == "true", row["first_epsilon"] != row["epsilon"] { repeated += 1 }
      }
      #expect(isRaw == (repeated == 0))
    }
  }
}

@Suite struct SweepScheduleTests {
  struct Failure: Error, Equatable { let index: Int }

  @Test("Results arrive in order whatever the order of the work", arguments: [1, 2, 5])
  func order(threads: Int) throws {
    let seen = try collect(count: 40, threads: threads) { index in
      if index % 3 == 0 { Thread.sleep(forTimeInterval: 0.002) }
      return index * index
    }
    #expect(seen.values == (0..<40).map { $0 * $0 })
    #expect(seen.error == nil)
  }

  @Test("The error of the lowest index is thrown after all before it were consumed", arguments: [1, 2, 5])
  func failure(threads: Int) throws {
    let seen = try collect(count: 40, threads: threads) { index in
      if index == 7 { Thread.sleep(forTimeInterval: 0.01) }
      if index == 7 || index == 8 { throw Failure(index: index) }
      return index
    }
    #expect(seen.values == Array(0..<7))
    #expect(seen.error == Failure(index: 7))
  }

  @Test func nothingToDo() throws {
    #expect(try collect(count: 0, threads: 3) { $0 }.values.isEmpty)
  }

  private func collect(
    count: Int, threads: Int, _ work: @Sendable (Int) throws -> Int
  ) throws -> (values: [Int], error: Failure?) {
    let values = Mutex<[Int]>([])
    do {
      let consumed = try inOrder(
        count: count, threads: threads, isCancelled: { false }, work: work,
        consume: { value in values.withLock { $0.append(value) } })
      #expect(consumed == count)
      return (values.withLock { $0 }, nil)
    } catch let failure as Failure {
      return (values.withLock { $0 }, failure)
    }
  }
}
