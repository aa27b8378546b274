import Attacks
import Datasets
import Diagnostics
import Files
import Foundation
import Imaging
import Models
import Runs
package import Tensors

extension SweepExamples {
  static let header = [
    "file", "model", "attack", "attack_parameters", "goal", "target", "epsilon", "epsilon_text", "first_epsilon",
    "image",
    "label", "clean_prediction", "prediction", "fools", "png_prediction", "still_fools", "linf_levels",
  ]

  /// The lines of the manifest for `records` of one model, whose files are read.
  func verdicts(
    _ records: [EvaluationRecord], _ hashes: [PictureKey: String], _ classifier: any Classifier,
    _ firstBudgets: FirstBudgets
  ) throws -> [String] {
    let shape = sweep.dataset.shape
    let files = try records.map { try levels(of: $0, hashes) }
    let images = Tensor(files.flatMap { $0.map { Float($0) / 255 } }, shape: shape.batched(files.count))
    return zip(zip(records, files), classifier.predictions(for: images)).map { pair, prediction in
      let (record, levels) = pair
      let original = sweep.dataset.pixels(at: positions[record.image]!)
      let distance = zip(levels, original).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
      let configuration = sweep.configuration
      let attack = configuration.attacks[record.attack].columns
      let epsilon = budget(record).columns
      return CSV.line([
        paths.path(of: record), configuration.distinctModelNames[record.model], attack[0], attack[1],
        configuration.goals[record.goal].rawValue, record.target.map(String.init) ?? "", epsilon[0], epsilon[1],
        firstBudgets.budget(of: record).map { configuration.budgets[$0].columns[0] } ?? "", "\(record.image)",
        "\(record.label)", "\(record.cleanPrediction)", "\(record.prediction)",
        "\(record.isFooled(by: record.prediction))", "\(prediction)", "\(record.isFooled(by: prediction))",
        "\(distance)",
      ])
    }
  }

  /// The levels in the file of `record`, `[channel, row, column]`, which has to be the one that was written.
  func levels(of record: EvaluationRecord, _ hashes: [PictureKey: String]) throws -> [UInt8] {
    let path = directory.appending(path: paths.path(of: record)).path
    let remedy = "give \(Action.again) again, or `\(Action.resume())`: it makes damaged pictures again"
    guard let data = data(of: record, hashes) else {
      throw InputError(.output, path, "is not the picture that the run wrote there", remedy: remedy)
    }
    return try Bitmap.planar(in: data, name: path, shape: sweep.dataset.shape, remedy: remedy)
  }
}

extension Bitmap {
  /// The levels `[channel, row, column]` of the image of `shape` in the PNG file at `path`.
  /// - Throws: `InputError` if it can't be read, or `InputError(.output)` if it is of another shape.
  package static func planar(at path: String, shape: Shape, remedy: String) throws -> [UInt8] {
    try planar(in: FileReader.contents(of: path, limit: 1 << 28), name: path, shape: shape, remedy: remedy)
  }

  /// The same of a file that holds `data`, and is called `path` in errors.
  fileprivate static func planar(in data: Data, name path: String, shape: Shape, remedy: String) throws -> [UInt8] {
    let bitmap = try PNG.decode(data, name: path)
    guard let levels = bitmap.planar(of: shape) else {
      throw InputError(
        .output, path, "is a picture of \(bitmap.width)×\(bitmap.height) pixels, not an image of \(shape)",
        remedy: remedy)
    }
    return levels
  }

  /// The bytes `[channels, rows, columns]` of the image of `shape` that `init(planar:shape:)` turned into this picture;
  /// `nil` if it can't have been one.
  private func planar(of shape: Shape) -> [UInt8]? {
    let (planes, rows, columns) = (shape[0], shape[1], shape[2])
    guard height == rows, width == (planes == 3 ? columns : planes * columns), channels == (planes == 3 ? 3 : 1) else {
      return nil
    }
    guard planes != 1, planes != 3 else { return planar }
    var bytes: [UInt8] = []
    for plane in 0..<planes {
      for row in 0..<rows { bytes += pixels[((row * planes + plane) * columns)...].prefix(columns) }
    }
    return bytes
  }
}
