public import Datasets

extension ToyNORB {
  /// Lets a catalogue render ToyNORB where nobody has it:
  ///
  ///     let catalog = DatasetCatalog(providers: [ToyNORB.Provider()])
  public struct Provider: DatasetProvider {
    public init() {}

    public var name: String { ToyNORB.name }

    public func write(
      _ split: Dataset.Split, to folder: String, threads: Int, progress: (Dataset.Split, Double) throws -> Void
    ) throws {
      try ToyNORB.write(split, to: folder, threads: threads, progress: progress)
    }
  }
}
