/// How a training run went: the results of its epochs, and how long they took.
public struct TrainingRecord: Codable, Hashable, Sendable {
  /// Sums over the steps of one epoch so far, on augmented training images.
  public struct Epoch: Codable, Hashable, Sendable {
    public var images = 0
    public var loss = 0.0
    public var correct = 0

    public var meanLoss: Double { images > 0 ? loss / Double(images) : 0 }
    public var accuracy: Double { images > 0 ? Double(correct) / Double(images) : 0 }
  }

  /// Those begun, in order.
  public private(set) var epochs: [Epoch] = []
  /// Time spent in steps, by all processes that worked on the run.
  public private(set) var seconds = 0.0

  public init() {}

  /// Whether a run can have had these numbers, which those of a file may not be.
  var isPossible: Bool {
    (0...1e12).contains(seconds)
      && epochs.allSatisfy {
        (0...1 << 40).contains($0.images) && (0...$0.images).contains($0.correct) && $0.loss.isFinite
      }
  }

  /// Counts a step of `epoch`, from 0.
  mutating func add(epoch: Int, images: Int, loss: Double, correct: Int, time: Duration) {
    while epochs.count <= epoch { epochs.append(Epoch()) }
    epochs[epoch].images += images
    epochs[epoch].loss += loss
    epochs[epoch].correct += correct
    seconds += time / .seconds(1)
  }
}
