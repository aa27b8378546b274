import Diagnostics
import Files
import Foundation
import Tensors

/// The batches of one split of CIFAR-10.
struct CIFAR10Files: SplitFiles {
  let batches: [String]
  var images: String { batches[0] }

  /// The files of `split` in `folder` under their official names, `data_batch_1.bin` to `data_batch_5.bin` or
  /// `test_batch.bin`, plain, `.gz` or `.zst`; `nil` if there are none.
  /// - Throws: `InputError(.dataset)` if some of the five are there, but not all.
  init?(_ split: Dataset.Split, in folder: String) throws {
    let names = split == .train ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
    let found = names.map { Self.find("\(folder)/\($0)") }
    guard let any = found.compactMap({ $0 }).first else { return nil }
    if let missing = found.firstIndex(of: nil) {
      throw InputError(
        .dataset, folder, "holds \(any) but no \(names[missing])",
        remedy: "put \(names[missing]), plain, .gz or .zst, beside it")
    }
    batches = found.map { $0! }
  }

  func load(_ known: KnownDataset, _ split: Dataset.Split) throws -> Dataset {
    var (labels, pixels, files) = ([Int](), Data(), Data())
    for path in batches {
      let batch = try CIFARBatch.read(path)
      labels += batch.labels
      pixels.append(batch.pixels)
      files.append(batch.file)
    }
    return Dataset(
      name: known.name, split: split, shape: [3, 32, 32], bytes: pixels, labels: labels, classNames: known.classNames,
      sha256: Checksum.sha256(of: files), attribution: known.attribution)
  }
}
