public import Datasets
import Synchronization

/// The images of an experiment: read when they are first asked for, once.
public final class ImageSource: Sendable {
  /// Both splits of a data set.
  public struct Pair: Sendable {
    public let training: Dataset
    public let test: Dataset

    public init(training: Dataset, test: Dataset) {
      self.training = training
      self.test = test
    }
  }

  private let read: @Sendable () throws -> Pair
  private let known = Mutex<Pair?>(nil)

  /// The data sets of the paper and in its place, by name, the better first.
  public static let names = ["smallnorb-48", "toynorb-48"]

  /// The data set called `name` in `catalog`, or the first of `names` that is found.
  public convenience init(_ name: String?, in catalog: DatasetCatalog) {
    self.init {
      let chosen = try name ?? Self.names.first { try catalog.contains($0, .train) } ?? Self.names.last!
      let training = try catalog.load(chosen, split: .train)
      return Pair(training: training, test: try catalog.load(chosen, split: .test, classCount: training.classCount))
    }
  }

  public init(_ read: @escaping @Sendable () throws -> Pair) { self.read = read }

  func pair() throws -> Pair {
    try known.withLock { known in
      if let known { return known }
      let pair = try read()
      known = pair
      return pair
    }
  }
}
