import Diagnostics
import Files

/// The files of one split of a data set in IDX format.
struct IDXFiles: SplitFiles {
  let images: String
  let labels: String
  /// The index of each image in the original file; `nil` if this is the original.
  let ids: String?

  /// The files of `split` in `folder` under their usual names: `train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`, also
  /// with a dot (`train-images.idx3-ubyte`), plain, `.gz` or `.zst`; `nil` if there are none.
  /// - Throws: `InputError(.dataset)` if there are images without labels or labels without images.
  init?(_ split: Dataset.Split, in folder: String) throws {
    let prefix = split == .train ? "train" : "t10k"
    func find(_ stem: String, _ type: String) -> String? {
      for separator in ["-", "."] {
        if let path = Self.find("\(folder)/\(prefix)-\(stem)\(separator)\(type)-ubyte") { return path }
      }
      return nil
    }
    switch (find("images", "idx3"), find("labels", "idx1")) {
    case (let images?, let labels?): (self.images, self.labels, ids) = (images, labels, nil)
    case (nil, nil): return nil
    case (let images, let labels):
      let missing = "\(prefix)-\(images == nil ? "images-idx3" : "labels-idx1")-ubyte"
      throw InputError(
        .dataset, folder, "holds \((images ?? labels)!) but no \(missing)",
        remedy: "put \(missing), plain, .gz or .zst, beside it")
    }
  }

  /// The files of a data set that ships with the program.
  init(shipped name: String, in folder: String) {
    images = "\(folder)/\(name)-images-idx3-ubyte.zst"
    labels = "\(folder)/\(name)-labels-idx1-ubyte.zst"
    ids = "\(folder)/\(name)-ids-idx1-int.zst"
  }

  func load(_ known: KnownDataset, _ split: Dataset.Split) throws -> Dataset {
    let images = try IDXReader.images(at: images)
    let labels = try IDXReader.labels(at: labels, classCount: known.classNames.count)
    guard images.count == labels.values.count else {
      throw InputError(
        .dataset, self.labels,
        "holds \(labels.values.count) labels for the \(images.count) images of \(self.images)",
        remedy: "get both files from the same place")
    }
    let ids = try ids.map(IDXReader.integers(at:))
    guard ids == nil || ids!.count == images.count && ids!.allSatisfy({ $0 >= 0 }) else {
      throw InputError(
        .dataset, self.ids!, "does not give each of the \(images.count) images its index in the original file",
        remedy: "install robust again")
    }
    return Dataset(
      name: known.name, split: split, shape: images.shape, bytes: images.pixels, labels: labels.values, ids: ids,
      classNames: known.classNames, sha256: Checksum.sha256(of: images.file, labels.file),
      attribution: known.attribution)
  }
}
