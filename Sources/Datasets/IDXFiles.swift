import Files
import Foundation

/// The files of one split of a data set in IDX format.
struct IDXFiles {
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
        for suffix in ["", ".gz", ".zst"] {
          let path = "\(folder)/\(prefix)-\(stem)\(separator)\(type)-ubyte\(suffix)"
          if FileManager.default.fileExists(atPath: path) { return path }
        }
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
}
