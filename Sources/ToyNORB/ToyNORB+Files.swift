public import Datasets
import Diagnostics
import Files
public import Foundation

extension ToyNORB {
  /// Where it is kept once rendered; another version has another folder.
  public static func cacheFolder(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    "\(CacheFolder.path(environment: environment))/\(ToyNORBRelease.folder)"
  }

  /// Makes sure, before minutes of work, that `write` may write to `folder`: other files stay as they are there.
  ///
  /// - Throws: `InputError(.output)` if it can't be written, or if something else has the name of one of the files.
  package static func checkOutput(_ folder: String) throws {
    guard case .folder(let real, _) = try OutputPlace(folder, option: "\(Setting.folder)", isFolder: true) else {
      return
    }
    for split in Dataset.Split.allCases {
      for kind in ["info", "cat", "dat"] {
        let name = "\(SmallNORBFiles.stem(split, .toyNORB))-\(kind).mat\(Compression.zstd.suffix)"
        let path = PathParts.join(real, name)
        guard let found = PathKind(at: path) else { continue }
        let magic = Data([kind == "dat" ? 0x55 : 0x54, 0x4C, 0x3D, 0x1E])
        if found == .file, (try? FileReader.read(path, atMost: 4).data) == magic { continue }
        throw InputError(
          .output, path, found == .file ? "holds something else than a part of \(ToyNORB.name)" : "is \(found.words)",
          remedy: "move it away, or name another folder")
      }
    }
  }

  /// Writes both splits to `folder`, in smallNORB's format under names that begin with `toynorb`, compressed by Zstandard.
  ///
  /// - Parameter progress: told which split is rendered and the share of it that is done; what it throws ends the work.
  /// - Throws: `InputError(.output)` if a file can't be written.
  public static func write(
    to folder: String, threads: Int, progress: (Dataset.Split, Double) throws -> Void = { _, _ in }
  ) throws {
    for split in Dataset.Split.allCases { try write(split, to: folder, threads: threads, progress: progress) }
  }

  static func write(
    _ split: Dataset.Split, to folder: String, threads: Int, progress: (Dataset.Split, Double) throws -> Void
  ) throws {
    // Fails now rather than after minutes if the place can't be written.
    try CacheFolder.make(folder)
    let dataset = try render(split, threads: threads) { try progress(split, $0) }
    try SmallNORBFiles.write(dataset, to: folder, prefix: .toyNORB, compression: .zstd)
  }

  /// The data set of `bytes`, in `order`.
  static func dataset(
    _ split: Dataset.Split, bytes: [UInt8], order: [(label: Int, viewpoint: Viewpoint)]
  ) -> Dataset {
    let bytes = Data(bytes)
    return Dataset(
      name: name, split: split, shape: shape, bytes: bytes, labels: order.map(\.label),
      viewpoints: order.map(\.viewpoint), classNames: ToyNORBRelease.classNames,
      sha256: Checksum.sha256(of: bytes), attribution: ToyNORBRelease.attribution)
  }
}
