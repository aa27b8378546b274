import Diagnostics
import Files
import Foundation
import Tensors

/// The files of one split of NORB, jittered and cluttered, in numbered parts of three: pairs, classes, and viewpoints.
struct NORBFiles: SplitFiles {
  private let parts: [NORBPart]
  var images: String { parts[0].images }

  /// Numbers in a row of the viewpoints: instance, elevation, azimuth, lighting, and how the image was altered: horizontal
  /// and vertical shift, brightness, contrast, size, rotation.
  private static let fields = 10
  /// The class of pairs that show no toy.
  private static let blank = 5

  /// The files of `split` in `folder` under their official names, such as
  /// `norb-5x46789x9x18x6x2x108x108-training-01-dat.mat`, plain, `.gz` or `.zst`; `nil` if there are none.
  ///
  /// Of the ten parts for training and two for testing, as many are taken as are there, from the first on.
  /// - Throws: `InputError(.dataset)` if a part lacks a file, or is missing while a later one is there.
  init?(_ split: Dataset.Split, in folder: String) throws {
    let found = try (1...(split == .train ? 10 : 2)).map { number in
      let digits = number < 10 ? "0\(number)" : "\(number)"
      return try NORBPart("norb-\(NORBPart.stem(split, side: 108))-\(digits)", in: folder)
    }
    guard let last = found.lastIndex(where: { $0 != nil }) else { return nil }
    if let missing = found[...last].firstIndex(where: { $0 == nil }) {
      throw InputError(
        .dataset, folder, "holds part \(last + 1) of the \(split.rawValue) split but not part \(missing + 1)",
        remedy: "put the first parts there, without a gap; fewer than all are enough")
    }
    parts = found[...last].map { $0! }
  }

  /// - Complexity: takes 680 MB of memory for each part of 29,160 pairs.
  func load(_ known: KnownDataset, _ split: Dataset.Split) throws -> Dataset {
    var (pixels, labels, viewpoints) = (Data(), [Int](), [Viewpoint]())
    var shape: Shape?
    var checksum = Checksum.Running()
    for part in parts {
      let contents = try part.read(
        split, classCount: known.classNames.count, fields: Self.fields, blank: Self.blank)
      guard shape == nil || shape == contents.shape else {
        throw InputError(
          .dataset, part.images, "holds pairs of \(contents.shape), and the first part pairs of \(shape!)",
          remedy: "get all parts from the same place")
      }
      shape = contents.shape
      for file in contents.files { checksum.add(file) }
      if parts.count == 1 { pixels = contents.pixels } else { pixels.append(contents.pixels) }
      labels += contents.labels
      viewpoints += contents.viewpoints
    }
    return Dataset(
      name: known.name, split: split, shape: shape!, bytes: pixels, labels: labels, viewpoints: viewpoints,
      classNames: known.classNames, sha256: checksum.sha256(), attribution: known.attribution)
  }
}
