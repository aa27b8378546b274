import Arrays
import Foundation
import Kernels
import Models
import ONNX
import Tensors

/// Small networks of every architecture, whose weights are all drawn, β too, so that none can be forgotten.
enum ExportedNetworks {
  static let cnn: [(name: String, model: any Model)] = [
    ("cnn, little", cnn([1, 28, 28], classes: 10) { _ in }),
    (
      "cnn, odd sizes",
      cnn([3, 15, 13], classes: 3) { ($0.channels, $0.kernelSize, $0.preprocessing) = ([5], 3, .none) }
    ),
    ("cnn, crop of two channels", cnn([2, 36, 40], classes: 5) { $0.crop = 31 }),
  ]

  static let matrixCapsules: [(name: String, model: any Model)] = [
    ("matrix capsules, little", matrix([1, 28, 28], classes: 5) { _ in }),
    (
      "matrix capsules, one iteration without coordinates",
      matrix([2, 20, 17], classes: 2) { ($0.iterations, $0.addsCoordinates) = (1, false) }
    ),
    (
      "matrix capsules, scope of positions",
      matrix([3, 23, 31], classes: 3) { ($0.routingScope, $0.iterations) = (.position, 2) }
    ),
    (
      "matrix capsules, vectors",
      matrix([1, 32, 32], classes: 4) { ($0.poseStructure, $0.preprocessing) = (.vector, .none) }
    ),
    (
      "matrix capsules, mixing proportions",
      matrix([1, 28, 28], classes: 7) { $0.activationRule = .mixingProportion }
    ),
    (
      "matrix capsules, crop, fan-in, floors, decoder",
      matrix([2, 33, 40], classes: 3) {
        ($0.crop, $0.fanInNormalization, $0.temperature) = (28, 100, .ramp(first: 0.001, step: 0.001))
        ($0.varianceFloor, $0.massFloor, $0.decoder) = (0.01, 0.02, .init(hiddenUnits: [7]))
      }
    ),
  ]

  static let dynamicCapsules: [(name: String, model: any Model)] = [
    ("dynamic capsules, little", dynamic([1, 28, 28], classes: 10) { $0.decoder = .init(hiddenUnits: [9]) }),
    (
      "dynamic capsules, standardised crop",
      dynamic([3, 27, 24], classes: 4) {
        ($0.crop, $0.preprocessing, $0.iterations, $0.primaryElements) = (20, .standardizeImage, 5, 3)
      }
    ),
    ("dynamic capsules, one iteration", dynamic([1, 19, 22], classes: 2) { $0.iterations = 1 }),
  ]

  /// Noise of several spatial scales, and as image 1 an even grey, of which the standard deviation is zero.
  static func images(of shape: Shape, count: Int) -> Tensor {
    var stream = RandomStream(seed: 5, 17)
    return Tensor(uninitialized: shape.batched(count)) { pixels in
      for image in 0..<count {
        let phase = 6 * stream.uniform()
        for i in 0..<shape.count {
          let (row, column) = (Float(i / shape[2] % shape[1]), Float(i % shape[2]))
          let wave = 0.5 + 0.3 * sine(row / 4 + phase) * sine(column / 3 + 2 * phase)
          let noise = 0.2 * (stream.uniform() - 0.5)
          pixels[image * shape.count + i] = image == 1 ? 0.5 : wave + noise
        }
      }
    }
  }

  /// Where networks and what they make of images are written; nil: nowhere.
  static let folder = ProcessInfo.processInfo.environment["ROBUST_ONNX_EXPORTS"]

  /// Those in the folder, if it has any of that shape, else drawn ones.
  static func givenImages(of shape: Shape) throws -> Tensor {
    let path = "\(folder!)/images-\(shape.dimensions.map(String.init).joined(separator: "x")).npy"
    guard FileManager.default.fileExists(atPath: path) else { return images(of: shape, count: 50) }
    return try Constant(NPY.read(path), type: .float).tensor
  }

  /// The weights of scores in a sum whose gradient is taken, `[count, classes]`.
  static func seed(_ count: Int, _ classes: Int) -> Tensor {
    var values: [Float] = []
    for index in 0..<count * classes { values.append(Float(index * 7 % 11) / 5 - 1) }
    return Tensor(values, shape: [count, classes])
  }

  /// Near enough, and the same on every machine.
  private static func sine(_ x: Float) -> Float {
    let turn = x / 6.283_185 - (x / 6.283_185).rounded()
    return 8 * turn * (1 - 2 * turn.magnitude)
  }

  private static func cnn(
    _ shape: Shape, classes: Int, _ change: (inout CNN.Configuration) -> Void
  ) -> any Model {
    var configuration = CNN.Configuration()
    (configuration.inputShape, configuration.classCount) = (shape, classes)
    (configuration.channels, configuration.hiddenUnits) = ([4, 6], 20)
    change(&configuration)
    return drawn(try! CNN(configuration: configuration, name: "network", seed: 11))
  }

  private static func matrix(
    _ shape: Shape, classes: Int, _ change: (inout MatrixCapsules.Configuration) -> Void
  ) -> any Model {
    var configuration = MatrixCapsules.Configuration()
    (configuration.inputShape, configuration.classCount) = (shape, classes)
    (configuration.channels, configuration.primaryTypes) = (8, 2)
    (configuration.firstTypes, configuration.secondTypes) = (3, 4)
    change(&configuration)
    return drawn(try! MatrixCapsules(configuration: configuration, name: "network", seed: 12))
  }

  private static func dynamic(
    _ shape: Shape, classes: Int, _ change: (inout DynamicCapsules.Configuration) -> Void
  ) -> any Model {
    var configuration = DynamicCapsules.Configuration()
    (configuration.inputShape, configuration.classCount) = (shape, classes)
    (configuration.channels, configuration.primaryTypes, configuration.classElements) = (8, 3, 6)
    change(&configuration)
    return drawn(try! DynamicCapsules(configuration: configuration, name: "network", seed: 13))
  }

  /// With noise on all weights.
  private static func drawn(_ model: some Model) -> any Model {
    var model = model
    var stream = RandomStream(seed: 21, 4)
    for name in model.parameters.names {
      let spread: Float = name.contains("beta") ? 1 : 0.1
      let old = model.parameters[name]
      model.parameters[name] = Tensor(old.scalars.map { $0 + spread * stream.normal() }, shape: old.shape)
    }
    return model
  }
}
