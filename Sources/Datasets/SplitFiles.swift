import Foundation

/// The files of one split of a data set, whatever their format.
protocol SplitFiles {
  /// The images file: what stands for the split in lists.
  var images: String { get }

  /// What the files hold.
  /// - Throws: `InputError` if a file can't be read, is not of its format, or does not belong to the others.
  func load(_ known: KnownDataset, _ split: Dataset.Split) throws -> Dataset
}

extension SplitFiles {
  /// The file at `path`, plain, `.gz` or `.zst`; `nil` if there is none.
  static func find(_ path: String) -> String? {
    ["", ".gz", ".zst"].lazy.map { path + $0 }.first { FileManager.default.fileExists(atPath: $0) }
  }
}
