import Datasets
import Diagnostics
import Files
import Foundation
import Imaging
import Models
import Tensors

/// Writes what a decoder makes of images as pictures and tables.
public struct ReconstructionExport: Sendable {
  /// The most images of which pictures are made.
  public static let largestPictureCount = 1000

  let reconstructor: Reconstructor
  /// How far elements of a pose are moved each way.
  let range: Float

  /// - Throws: `InputError(.usage)` if `range` is not positive.
  public init(_ reconstructor: Reconstructor, range: Float) throws {
    guard range > 0, range <= 1000 else {
      throw InputError(.usage, .range, "\(range)", remedy: "use a positive number such as 0.25")
    }
    (self.reconstructor, self.range) = (reconstructor, range)
  }

  /// Makes the folder at `path`, complete or not at all: `reconstructions.csv` of all images; `reconstructions.png`,
  /// `pose-ID.png` and `dimensions.csv` of those at `positions`.
  ///
  /// - Parameters:
  ///   - isCancelled: asked before each chunk of images and each file.
  ///   - progress: called with the share of images done, from any thread.
  /// - Returns: what became of every image, and the names of the files.
  /// - Throws: `InputError(.output)` if the folder can't be written or holds something; `CancellationError` if it was
  ///   cancelled, and nothing is written then.
  public func write(
    pictures positions: [Int], to path: String, threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @Sendable (Double) -> Void = { _ in }
  ) throws -> (results: [Reconstruction], files: [String]) {
    let folder = try ExportFolder(path, isCancelled: isCancelled)
    defer { folder.discard() }
    let results = try reconstructor.measure(threads: threads, isCancelled: isCancelled, progress: progress)
    var files = ["reconstructions.csv"]
    try folder.write(Data(CSV.text(lines(results)).utf8), to: files[0])
    if !positions.isEmpty {
      try folder.write(PNG.encode(overview(positions, results)), to: "reconstructions.png")
      var changes = [["image", "class", "dimension", "mean_squared_change"]]
      for position in positions {
        let poses = reconstructor.classify(reconstructor.dataset.images(at: [position])).poses
        let result = results[position]
        let sweep = PoseSweep(poses, of: result.prediction, range: range, in: reconstructor.model)
        try reconstructor.requireFinite(sweep.images.reshaped(to: [1, sweep.images.count]), of: [position])
        try folder.write(PNG.encode(sweep.sheet), to: "pose-\(result.id).png")
        for (dimension, change) in sweep.changes.enumerated() {
          changes.append(["\(result.id)", "\(result.prediction)", "\(dimension)", "\(Float(change))"])
        }
      }
      try folder.write(Data(CSV.text(changes).utf8), to: "dimensions.csv")
      let first = "pose-\(results[positions[0]].id).png"
      files += ["reconstructions.png", "dimensions.csv", first]
      if positions.count > 1 { files[3] += " and \(positions.count - 1) more" }
    }
    try folder.finish()
    return (results, files)
  }

  private func lines(_ results: [Reconstruction]) -> [[String]] {
    [["image", "label", "prediction", "activation", "mean_squared_error", "mean_squared_error_of_label"]]
      + results.map {
        [
          "\($0.id)", "\($0.label)", "\($0.prediction)", "\($0.activation)", "\(Float($0.error))",
          "\(Float($0.errorOfLabel))",
        ]
      }
  }

  /// Ten images to a band: their ids, the images, and below what is made of the pose of the predicted class; an orange frame if
  /// that is not the true one.
  private func overview(_ positions: [Int], _ results: [Reconstruction]) -> Bitmap {
    let dataset = reconstructor.dataset
    let rows = stride(from: 0, to: positions.count, by: 10).flatMap { start -> [[Bitmap?]] in
      let band = positions[start..<min(start + 10, positions.count)]
      return [
        band.map { PixelText.bitmap("\(dataset.ids[$0])", scale: 1) },
        band.map { picture(Quantizer.levels(of: reconstructor.model.seen(dataset.images(at: [$0]))), isRight: true) },
        band.map { position in
          let outcome = reconstructor.classify(dataset.images(at: [position]))
          let made = reconstructor.model.reconstructions(of: outcome.poses, classes: outcome.predictions)
          return picture(Quantizer.levels(of: made), isRight: results[position].isRight)
        },
      ]
    }
    return ImageGrid.compose(rows: rows, scale: 2)
  }

  private func picture(_ levels: [UInt8], isRight: Bool) -> Bitmap {
    let frame = isRight ? [255, 255, 255] : FrameColor.orange
    return Bitmap(planar: levels, shape: reconstructor.decoder.imageShape)
      .framed(by: 1, red: frame[0], green: frame[1], blue: frame[2])
  }
}
