import Arrays
import Attacks
import Datasets
import Diagnostics
import Files
import Foundation
import Runs
import Sweeps
import Tensors

/// The examples of an export as arrays, row by row in the order of the manifest.
///
/// Elements are appended to a file for each array, of which the files of the format are made once their number is known.
struct ExampleArrays {
  let pictures: ExamplePictures
  let options: ExampleExport.Options
  let folder: ExportFolder
  private var count = 0

  init(_ pictures: ExamplePictures, _ options: ExampleExport.Options, _ folder: ExportFolder) {
    (self.pictures, self.options, self.folder) = (pictures, options, folder)
  }

  /// The file that holds all examples; `nil` if each has its own.
  var name: String? {
    switch options.format {
    case .png: nil
    case .npy: "images.npy" + suffix
    case .npz: "examples.npz"
    case .safetensors: "examples.safetensors" + suffix
    }
  }

  private var suffix: String { options.isCompressed ? Compression.zstd.suffix : "" }

  mutating func append(_ examples: [Example]) throws {
    guard options.format != .png, !examples.isEmpty else { return }
    count += examples.count
    let arrays = rows(of: examples)
    let size = arrays.reduce(0) { $0 + $1.array.bytes.count } / examples.count
    guard options.format != .npz || count * size <= NPZ.capacity else {
      throw InputError(
        .usage, .format, "the examples are more than the 4 GiB that an .npz file holds",
        remedy:
          "use npy or safetensors, or export fewer at a time: choose by \(Setting.models), \(Setting.attacks), "
          + "\(Setting.epsilon), \(Setting.classes), or set \(Setting.limit)")
    }
    for (name, array) in arrays { try folder.append(array.bytes, to: part(name)) }
  }

  /// Makes the files.
  /// - Returns: their names.
  func finish() throws -> [String] {
    let arrays = rows(of: []).map { name, none in
      let shape = [count] + none.shape.dropFirst()
      return (name, PiecewiseArray(none.element, shape: shape) { try folder.forEachPiece(of: part(name), $0) })
    }
    defer { for (name, _) in arrays { folder.remove(part(name)) } }
    switch options.format {
    case .png: return []
    case .npy:
      for (name, array) in arrays { try write("\(name).npy") { try NPY.encode(array, $0) } }
      return arrays.map { "\($0.0).npy" + suffix }
    case .npz: try write("examples.npz") { try NPZ.encode(arrays, $0) }
    case .safetensors:
      let metadata = ["format": "robust-examples-1", "run": pictures.configuration.configurationHash]
      try write("examples.safetensors") { try SafeTensors.encode(arrays, metadata: metadata, $0) }
    }
    return [name!]
  }

  private func part(_ array: String) -> String { "\(array).part" }

  /// Writes a file, and reads it back if it holds the pixels that models were asked about.
  private func write(_ file: String, _ body: (_ write: (Data) throws -> Void) throws -> Void) throws {
    var written = Checksum.Running()
    try body {
      written.add($0)
      try folder.append($0, to: file)
    }
    if options.isCompressed { try folder.compress(file) }
    guard file + suffix == name else { return }
    var read = Checksum.Running()
    try FileReader.forEachPiece(of: folder.path(of: file + suffix)) { bytes, _ in
      read.add(bytes)
      return true
    }
    guard read.sha256() == written.sha256() else {
      throw InputError(
        .output, file + suffix, "is not what was written there", remedy: "check the disk, then export it again")
    }
  }

  private func rows(of examples: [Example]) -> [(name: String, array: NumericArray)] {
    let (dataset, shape) = (pictures.dataset, [examples.count] + pictures.dataset.shape.dimensions)
    let originals = examples.flatMap { dataset.pixels(at: $0.position) }
    let (images, clean) =
      options.holdsLevels
      ? (NumericArray(examples.flatMap { $0.file!.levels }, shape: shape), NumericArray(originals, shape: shape))
      : (
        NumericArray(examples.flatMap(\.image.scalars), shape: shape),
        NumericArray(originals.map { Float($0) / 255 }, shape: shape)
      )
    return [
      ("images", images), ("labels", NumericArray(examples.map(\.record.label))), ("originals", clean),
      ("image_ids", NumericArray(examples.map(\.record.image))),
      ("targets", NumericArray(examples.map { $0.record.target ?? -1 })),
      ("predictions", NumericArray(examples.map(\.record.prediction))),
      ("epsilons", NumericArray(examples.map { pictures.configuration.budgets[$0.record.budget].value })),
    ]
  }
}
