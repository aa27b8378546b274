import Arrays
import Attacks
import Datasets
import Files
import Foundation
import Imaging
import Models
import Runs
import Sweeps
import Tensors

/// What a file holds of an example, once it has been read back.
struct ExampleVerdict: Sendable {
  let judgement: Judgement
  /// Of the file's pixels, from the original.
  let linf: Double
  let l2: Double
  /// In the norm of the run.
  let distance: Double
  let stillFools: Bool
  let isInsideBudget: Bool

  var survives: Bool { stillFools && isInsideBudget }
}

/// The examples of an export as files.
struct ExampleFiles {
  let sweep: Sweep
  let options: ExampleExport.Options
  let examples: [Example]
  let folder: ExportFolder

  /// The levels of `example` inside its budget; on the lattice, of the very pixels.
  static func levels(_ example: Example, _ sweep: Sweep) -> [UInt8] {
    ExampleLevels.nearest(
      to: Tensor(example.pixels, shape: sweep.dataset.shape.batched(1)),
      around: sweep.dataset.pixels(at: example.position),
      budget: sweep.configuration.budgets[example.record.budget].value, norm: sweep.configuration.norm)
  }

  /// The file that holds all examples as an array; `nil` if each has its own.
  static func arrayFile(_ options: ExampleExport.Options) -> String? {
    switch options.format {
    case .png: nil
    case .npy: "images.npy" + suffix(options)
    case .npz: "examples.npz"
    case .safetensors: "examples.safetensors" + suffix(options)
    }
  }

  private static func suffix(_ options: ExampleExport.Options) -> String { options.isCompressed ? ".zst" : "" }

  /// Writes the examples and their originals.
  /// - Returns: the names of the files, or of the folders if they are many.
  func write() throws -> [String] {
    switch options.format {
    case .png:
      let paths = ExamplePaths(sweep.configuration)
      for example in examples {
        try folder.write(png(Self.levels(example, sweep)), to: paths.path(of: example.record))
      }
      for position in Set(examples.map(\.position)) {
        try folder.write(
          png(sweep.dataset.pixels(at: position)), to: paths.clean(sweep.dataset.ids[position]))
      }
      return Set(examples.map { paths.modelNames[$0.record.model] + "/" }).sorted() + ["clean/"]
    case .npy:
      return try arrays().map { name, array in
        let file = "\(name).npy" + Self.suffix(options)
        try folder.write(try packed(NPY.encoded(array)), to: file)
        return file
      }
    case .npz:
      try folder.write(NPZ.encoded(arrays()), to: "examples.npz")
      return ["examples.npz"]
    case .safetensors:
      let metadata = ["format": "robust-examples-1", "run": sweep.configuration.configurationHash]
      let file = "examples.safetensors" + Self.suffix(options)
      try folder.write(try packed(SafeTensors.encoded(arrays(), metadata: metadata)), to: file)
      return [file]
    }
  }

  private func png(_ levels: [UInt8]) -> Data { PNG.encode(Bitmap(planar: levels, shape: sweep.dataset.shape)) }

  private func packed(_ data: Data) throws -> Data { options.isCompressed ? try compressZstd(data) : data }

  /// The examples, row by row in the order of the manifest.
  private func arrays() -> [(name: String, array: NumericArray)] {
    let (dataset, shape) = (sweep.dataset, [examples.count] + sweep.dataset.shape.dimensions)
    let originals = examples.flatMap { dataset.pixels(at: $0.position) }
    let images =
      options.pixels == .uint8
      ? NumericArray(examples.flatMap { Self.levels($0, sweep) }, shape: shape)
      : NumericArray(examples.flatMap(\.pixels), shape: shape)
    return [
      ("images", images),
      ("labels", NumericArray(examples.map(\.record.label))),
      (
        "originals",
        options.pixels == .uint8
          ? NumericArray(originals, shape: shape) : NumericArray(originals.map { Float($0) / 255 }, shape: shape)
      ),
      ("image_ids", NumericArray(examples.map(\.record.image))),
      ("targets", NumericArray(examples.map { $0.record.target ?? -1 })),
      ("predictions", NumericArray(examples.map(\.record.prediction))),
      ("epsilons", NumericArray(examples.map { sweep.configuration.budgets[$0.record.budget].value })),
    ]
  }

  /// Reads the files and asks the models about them.
  func verdicts(threads: Int, isCancelled: @Sendable () -> Bool) throws -> [ExampleVerdict] {
    let pixels = try read()
    var verdicts = [ExampleVerdict?](repeating: nil, count: examples.count)
    for (model, indices) in Dictionary(grouping: examples.indices, by: { examples[$0].record.model }) {
      let classifier = sweep.models[model]
      let size = classifier.chunkSize
      let chunks = stride(from: 0, to: indices.count, by: size).map { indices[$0..<min($0 + size, indices.count)] }
      let judged = try parallelMap(count: chunks.count, threads: threads, isCancelled: isCancelled) { chunk in
        let rows = Array(chunks[chunk])
        let images = Tensor(rows.flatMap { pixels[$0] }, shape: sweep.dataset.shape.batched(rows.count))
        let judgements = Judgement.all(classifier, images, labels: rows.map { examples[$0].record.label })
        return zip(rows, judgements).map { ($0, verdict(examples[$0], pixels[$0], $1)) }
      }
      for (row, verdict) in judged.joined() { verdicts[row] = verdict }
    }
    return verdicts.map { $0! }
  }

  private func verdict(_ example: Example, _ pixels: [Float], _ judgement: Judgement) -> ExampleVerdict {
    let shape = sweep.dataset.shape.batched(1)
    let file = Tensor(pixels, shape: shape)
    let original = Tensor(sweep.dataset.pixels(at: example.position).map { Float($0) / 255 }, shape: shape)
    let (norm, budget) = (sweep.configuration.norm, sweep.configuration.budgets[example.record.budget].value)
    let differences = zip(pixels, original.scalars).map { Double($0) - Double($1) }
    // What lies between levels may be off by the rounding of `Float`.
    let isWhole = pixels.allSatisfy { $0 == ($0 * 255).rounded() / 255 }
    let distance = norm.distances(of: file, from: original)[0]
    let isInside =
      isWhole
      ? ExampleLevels.isInside(file, original, budget: budget, norm: norm)
      : distance <= budget + norm.slack(at: budget, of: shape.withoutBatch)
    return ExampleVerdict(
      judgement: judgement, linf: differences.reduce(0) { max($0, abs($1)) },
      l2: differences.reduce(0) { $0 + $1 * $1 }.squareRoot(), distance: Double(distance),
      stillFools: example.record.isFooled(by: judgement.prediction), isInsideBudget: isInside)
  }

  /// The pixels of all examples as the files have them.
  private func read() throws -> [[Float]] {
    let path = folder.path(of: Self.arrayFile(options) ?? "")
    let images: NumericArray
    switch options.format {
    case .png:
      let paths = ExamplePaths(sweep.configuration)
      return try examples.map { example in
        try Bitmap.planar(
          at: folder.path(of: paths.path(of: example.record)), shape: sweep.dataset.shape, remedy: "export it again"
        ).map { Float($0) / 255 }
      }
    case .safetensors:
      let file = try SafeTensors(contentsOf: path)
      let tensor = file.tensors["images"]!
      let scale: Float = options.pixels == .uint8 ? 255 : 1
      return examples.indices.map { row in tensor.rows(row..<row + 1).scalars.map { $0 / scale } }
    case .npy: images = try NPY.read(path)
    case .npz: images = try NPZ(contentsOf: path).array("images")!
    }
    let values = images.integers?.map { Float($0) / 255 } ?? images.doubles!.map(Float.init)
    let size = sweep.dataset.shape.count
    return examples.indices.map { Array(values[$0 * size..<($0 + 1) * size]) }
  }
}
