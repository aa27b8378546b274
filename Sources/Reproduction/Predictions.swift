import Datasets
import Files
import Foundation
import Models
import Tensors

/// What a network takes each image of a data set for.
struct Predictions: Codable, Sendable {
  let values: [Int]
  let labels: [Int]

  var isCorrect: [Bool] { zip(values, labels).map { $0 == $1 } }
  var errors: Int { zip(values, labels).count { $0 != $1 } }
}

extension ReproductionContext {
  /// The predictions of a network, kept in the output folder: each is made once.
  func predictions(of trained: TrainedModel, on images: Dataset) throws -> Predictions {
    try predictions(of: trained.model, identity: trained.sha256, on: images)
  }

  /// The predictions of `model`; `identity` says which weights it has and what else determines its predictions.
  func predictions(of model: any Classifier, identity: String, on images: Dataset) throws -> Predictions {
    let key = Checksum.sha256(of: Data("\(identity) \(images.identity)".utf8)).prefix(12)
    let path = PathParts.join(folder.predictions, "\(model.name)-\(images.split.rawValue)-\(key).json")
    if FileManager.default.fileExists(atPath: path),
      let known = try? JSONDecoder().decode(Predictions.self, from: FileReader.contents(of: path, limit: 1 << 26)),
      known.labels == images.labels, known.values.count == images.count
    {
      return known
    }
    let values = try mapChunks("\(model.name): predictions", of: images.count, by: model.chunkSize) { positions in
      model.predictions(for: images.images(at: positions))
    }
    let predictions = Predictions(values: values.flatMap(\.self), labels: images.labels)
    try FileManager.default.createDirectory(atPath: folder.predictions, withIntermediateDirectories: true)
    try AtomicFile.write(try JSONEncoder.compact.encode(predictions), to: path)
    return predictions
  }

  /// `transform` of chunks of `count` images, in order, on all threads, showing how far it is.
  /// - Throws: `CancellationError` if someone asked to stop.
  func mapChunks<Result: Sendable>(
    _ label: String, of count: Int, by chunkSize: Int, _ transform: @Sendable (Range<Int>) throws -> Result
  ) throws -> [Result] {
    let chunks = stride(from: 0, to: count, by: chunkSize).map { $0..<min($0 + chunkSize, count) }
    let display = workplace.display(0)
    defer { display.clear() }
    let started = ContinuousClock.now
    // A few chunks for each thread between two looks at the display.
    let group = 4 * threads
    var results: [Result] = []
    for start in stride(from: 0, to: chunks.count, by: group) {
      let part = Array(chunks[start..<min(start + group, chunks.count)])
      results += try parallelMap(count: part.count, threads: threads, isCancelled: workplace.isCancelled) {
        try transform(part[$0])
      }
      // What is done at once need not be told.
      guard ContinuousClock.now - started > .seconds(2) else { continue }
      display.show(label, share: Double(results.count) / Double(chunks.count), detail: "")
    }
    return results
  }
}
