/// What can make a data set of the catalogue where nobody has its files yet.
public protocol DatasetProvider: Sendable {
  /// The name by which the catalogue knows the data set.
  var name: String { get }

  /// Writes the files of `split` to `folder`, where the catalogue then finds them.
  ///
  /// - Parameter progress: told which split is made and the share of it that is done; what it throws ends the work.
  /// - Throws: `InputError(.output)` if a file can't be written.
  func write(
    _ split: Dataset.Split, to folder: String, threads: Int, progress: (Dataset.Split, Double) throws -> Void) throws
}
