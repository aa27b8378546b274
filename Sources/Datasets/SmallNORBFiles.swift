import Arrays
public import Files
import Foundation
import Tensors

/// The three files of one split of smallNORB, or of ToyNORB: stereo pairs, their classes, and their viewpoints.
public struct SmallNORBFiles: SplitFiles {
  private let part: NORBPart
  var images: String { part.images }

  /// What the names of the files begin with: nobody shall take what was rendered for photographs.
  public enum Prefix: String, Sendable {
    case smallNORB = "smallnorb"
    case toyNORB = "toynorb"
  }

  /// `smallnorb-5x46789x9x18x6x2x96x96-training` or `smallnorb-5x01235x9x18x6x2x96x96-testing`.
  package static func stem(_ split: Dataset.Split, _ prefix: Prefix) -> String {
    "\(prefix.rawValue)-" + NORBPart.stem(split, side: 96)
  }

  /// The files of `split` in `folder` under their official names, such as
  /// `smallnorb-5x46789x9x18x6x2x96x96-training-dat.mat`, plain, `.gz` or `.zst`; `nil` if there are none.
  /// - Throws: `InputError(.dataset)` if some of the three are there, but not all.
  init?(_ split: Dataset.Split, in folder: String, prefix: Prefix = .smallNORB) throws {
    guard let part = try NORBPart(Self.stem(split, prefix), in: folder) else { return nil }
    self.part = part
  }

  func load(_ known: KnownDataset, _ split: Dataset.Split) throws -> Dataset {
    let contents = try part.read(split, classCount: known.classNames.count, fields: 4)
    var checksum = Checksum.Running()
    for file in contents.files { checksum.add(file) }
    return Dataset(
      name: known.name, split: split, shape: contents.shape, bytes: contents.pixels, labels: contents.labels,
      viewpoints: contents.viewpoints, classNames: known.classNames, sha256: checksum.sha256(),
      attribution: known.attribution)
  }

  /// Writes `dataset` into `folder`, which is made if need be, under the official names of its split.
  ///
  /// The pairs are written last: as long as they are missing, so is the data set. The same data set gives the same bytes
  /// with the same versions of zlib and zstd.
  /// - Precondition: stereo pairs with viewpoints, of instances of the split, in five classes.
  /// - Returns: the paths of the files.
  /// - Throws: `InputError(.output)` if they can't be written.
  @discardableResult
  public static func write(
    _ dataset: Dataset, to folder: String, prefix: Prefix = .smallNORB, compression: Compression = .none
  ) throws -> [String] {
    let viewpoints = dataset.viewpoints ?? []
    let instances = NORBPart.instances(of: dataset.split)
    precondition(
      dataset.shape[0] == 2 && viewpoints.count == dataset.count && dataset.classCount == 5,
      "SmallNORBFiles.write: \(dataset.count) images of \(dataset.shape) with \(viewpoints.count) viewpoints")
    precondition(
      viewpoints.allSatisfy { $0.problem == nil && instances.contains($0.instance) },
      "SmallNORBFiles.write: a viewpoint is impossible or of the other split")
    try CacheFolder.make(folder)
    func path(_ kind: String) -> String {
      PathParts.join(folder, "\(stem(dataset.split, prefix))-\(kind).mat\(compression.suffix)")
    }
    let codes = viewpoints.flatMap { [$0.instance, $0.elevation, $0.azimuth, $0.lighting] }
    try NORBMatrix.write(integers(codes, shape: [dataset.count, 4]), to: path("info"))
    try NORBMatrix.write(integers(dataset.labels, shape: [dataset.count]), to: path("cat"))
    try NORBMatrix.write(.uint8, shape: [dataset.count] + dataset.shape.dimensions, to: path("dat")) { write in
      for position in dataset.labels.indices { try write(Data(dataset.pixels(at: position))) }
    }
    return ["dat", "cat", "info"].map(path)
  }

  private static func integers(_ values: [Int], shape: [Int]) -> NumericArray {
    let bytes = values.map { Int32($0).littleEndian }.withUnsafeBytes { Data($0) }
    return NumericArray(.int32, shape: shape, bytes: bytes)
  }
}
