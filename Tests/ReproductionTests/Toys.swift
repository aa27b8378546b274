import Datasets
import Foundation
import Models
import Reproduction
import Synchronization
import Tensors
import Training

/// Small data and networks, and a place to work that stops when told.
enum Toys {
  /// Stereo pairs of 20×20 pixels in five classes, one for every combination of some viewpoints: class c is a bright bar
  /// in its own place, on noise.
  static func dataset(
    _ split: Dataset.Split, perClass: Int = 24, seed: UInt64 = 1,
    viewpoint: (Int) -> (elevation: Int, azimuth: Int) = { ($0 % 9, 2 * ($0 % 18)) }
  ) -> Dataset {
    var stream = RandomStream(seed: seed, split == .train ? 0 : 1)
    var (pixels, labels, viewpoints) = ([UInt8](), [Int](), [Viewpoint]())
    let instances = split == .train ? [4, 6, 7, 8, 9] : [0, 1, 2, 3, 5]
    for number in 0..<perClass {
      for label in 0..<5 {
        labels.append(label)
        viewpoints.append(
          Viewpoint(
            instance: instances[number % 5], elevation: viewpoint(number).elevation,
            azimuth: viewpoint(number).azimuth, lighting: number % 6))
        for _ in 0..<2 {
          for row in 0..<20 {
            for _ in 0..<20 {
              let noise = UInt8(stream.uniform() * 60)
              pixels.append(row / 4 == label ? 180 + noise : noise)
            }
          }
        }
      }
    }
    return Dataset(
      name: "toy", split: split, shape: [2, 20, 20], bytes: Data(pixels), labels: labels, viewpoints: viewpoints,
      classNames: ["animal", "human", "airplane", "truck", "car"], sha256: String(repeating: "0", count: 64),
      attribution: "synthetic")
  }

  static func capsules(epochs: Int = 2, learningRate: Float = 3e-3) -> Variant {
    var configuration = MatrixCapsules.Configuration()
    configuration.inputShape = [2, 20, 20]
    configuration.classCount = 5
    configuration.channels = 8
    configuration.primaryTypes = 4
    configuration.firstTypes = 4
    configuration.secondTypes = 4
    return Variant(
      name: "capsules", network: .capsules(configuration), recipe: recipe(epochs: epochs, learningRate: learningRate))
  }

  static func recipe(epochs: Int, learningRate: Float = 3e-3) -> Recipe {
    var recipe = Recipe()
    recipe.epochs = epochs
    recipe.batchSize = 20
    recipe.learningRate = learningRate
    recipe.marginEpochs = 1
    return recipe
  }

  /// A display that shows nothing and keeps what it was told.
  final class Display: ProgressDisplay {
    private let told = Mutex((notes: [String](), steps: 0))

    var notes: [String] { told.withLock { $0.notes } }
    /// How often it was shown how far the work is.
    var steps: Int { told.withLock { $0.steps } }

    func show(_ label: String, share: Double, detail: String) { told.withLock { $0.steps += 1 } }
    func note(_ text: String) { told.withLock { $0.notes.append(text) } }
    func clear() {}
  }

  /// - Parameter steps: after how many steps of training someone asks to stop.
  static func workplace(_ display: Display, threads: Int = 2, stoppingAfter steps: Int = .max) -> ExperimentEnvironment
  {
    ExperimentEnvironment(
      threads: threads, toolVersion: "test", display: { _ in display },
      isCancelled: { display.steps >= steps })
  }
}
