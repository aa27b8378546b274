import Diagnostics
import Files
import Foundation
public import Kernels
public import Tensors

extension MatrixCapsules {
  /// Every switch of the network; the defaults are the paper's.
  public struct Configuration: ModelConfiguration {
    public static var architecture: String { "matrix-capsules" }
    public static var optionalFields: Set<String> { ["crop", "decoder", "fanInNormalization"] }

    public var inputShape: Shape = [1, 28, 28]
    public var classCount = 10
    /// A: channels of the 5×5 stride-2 ReLU convolution.
    public var channels = 32
    /// B: types of primary capsules.
    public var primaryTypes = 32
    /// C: types of the first convolutional capsule layer (3×3, stride 2).
    public var firstTypes = 32
    /// D: types of the second convolutional capsule layer (3×3, stride 1).
    public var secondTypes = 32
    /// Iterations of EM routing, 1 to 5.
    public var iterations = 3
    public var poseStructure = PoseStructure.matrix
    /// Coordinate Addition in the class layer (§4.1).
    public var addsCoordinates = true
    public var routingScope = RoutingScope.image
    public var temperature = InverseTemperature.saturating(final: 0.01)
    /// If given, λ of a layer is multiplied by this and divided by its children per parent (Gritzman 2019, with 100): costs
    /// then weigh alike in all layers, instead of next to nothing where a parent has few children.
    public var fanInNormalization: Float?
    public var activationRule = ActivationRule.logistic
    public var initialization = Initialization.usual
    /// Whether β_a and β_u are trained.
    public var learnsBeta = true
    /// Added to every variance in routing.
    public var varianceFloor: Float = 5e-4
    /// Added to the mass Σᵢ rᵢⱼ of every parent in routing.
    public var massFloor: Float = 1e-7
    public var loss: Loss = .spread(margin: 0.9)
    public var preprocessing: Preprocessing = .standardizeImage
    public var crop: Int?
    /// What makes images again of class capsules' poses, and adds to the loss in training; nil for none.
    public var decoder: Decoder.Configuration?

    public init() {}

    /// A = 64, B = 8, C = D = 16: the paper's 68K net.
    public static var small: Configuration {
      var configuration = Configuration()
      configuration.channels = 64
      configuration.primaryTypes = 8
      configuration.firstTypes = 16
      configuration.secondTypes = 16
      return configuration
    }

    /// A = B = C = D = 32: the paper's 310K net.
    public static var full: Configuration { Configuration() }

    /// Rows and columns after the convolution (and so of primary capsules) and after each capsule layer.
    var sizes: [(rows: Int, columns: Int)] {
      var size = (rows: networkShape[1], columns: networkShape[2])
      return [(5, 2), (3, 2), (3, 1)].map { kernel, stride in
        size = ((size.rows - kernel + stride) / stride, (size.columns - kernel + stride) / stride)
        return size
      }
    }

    public func validate() throws {
      func fail(_ problem: String, _ remedy: String) -> InputError {
        InputError(.model, "matrix-capsules", problem, remedy: remedy)
      }
      guard inputShape.rank == 3, inputShape.count > 0, inputShape.count <= 1 << 24 else {
        throw fail("the input shape \(inputShape) is not channels×rows×columns", "give three positive numbers")
      }
      try validateCrop()
      guard networkShape[1] >= 17, networkShape[2] >= 17 else {
        throw fail(
          "an image of \(networkShape) is too small: after a 5×5 stride-2 convolution and 3×3 capsule layers of strides 2 "
            + "and 1 nothing is left", "use images of at least 17×17 pixels")
      }
      guard classCount >= 2, classCount <= 1 << 16 else {
        throw fail("\(classCount) classes", "a classifier needs at least 2 (and at most 65,536)")
      }
      guard [channels, primaryTypes, firstTypes, secondTypes].allSatisfy({ (1...1024).contains($0) }) else {
        throw fail("a layer without capsules (or with more than 1,024 types)", "use 1 to 1,024 for each of A, B, C, D")
      }
      guard (1...5).contains(iterations) else { throw fail("\(iterations) routing iterations", "use 1 to 5") }
      guard activationRule == .logistic || iterations > 1 else {
        throw fail(
          "mixing proportions after 1 iteration are the same for all images: every child is still shared equally",
          "use 2 to 5 iterations")
      }
      guard varianceFloor > 0, massFloor > 0, varianceFloor.isFinite, massFloor.isFinite else {
        throw fail("a floor that is not positive", "keep the variance and mass floors above 0")
      }
      guard temperature.values(iterations: iterations).allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw fail("an inverse temperature that is not positive", "use λ above 0")
      }
      guard fanInNormalization.map({ $0 > 0 && $0.isFinite }) ?? true else {
        throw fail("a normalisation by fan-in that is not positive", "use for example 100, or none")
      }
      try decoder?.validate(Self.architecture)
    }
  }

  /// What fresh weights are drawn from.
  public enum Initialization: String, Codable, Hashable, Sendable, CaseIterable {
    /// Transformations 0.5·I + 0.15·N(0, 1), β = 0.
    case usual
    /// Transformations 0.5·I + 0.02·N(0, 1), and β_a of each layer such that on the first training images its capsules are
    /// active by one half on average, as Salimans & Kingma 2016 begin with the biases of convolutions.
    ///
    /// With λ large enough for activations to differ, those of a whole layer are 0 or 1 without it.
    case calibrated
  }

  /// How the inverse temperature λ of routing grows over iterations t = 0, 1, ….
  public enum InverseTemperature: Codable, Hashable, Sendable {
    /// final · (1 − 0.95^(t+1)): the authors' release.
    case saturating(final: Float)
    /// first + t · step: from 1 by 1 in a widely read blog post.
    case ramp(first: Float, step: Float)
    case constant(Float)

    public func values(iterations: Int) -> [Float] {
      (0..<iterations).map { t in
        switch self {
        case .saturating(let final): Float(Double(final) * (1 - pow(0.95, Double(t + 1))))
        case .ramp(let first, let step): first + Float(t) * step
        case .constant(let value): value
        }
      }
    }
  }
}

extension KeyedDecodingContainer {
  /// Checkpoints from before there was a choice do not name the rule; synthesised decoders call this.
  func decode(_ type: ActivationRule.Type, forKey key: Key) throws -> ActivationRule {
    try decodeIfPresent(type, forKey: key) ?? .logistic
  }

  /// Nor do they name this.
  func decode(
    _ type: MatrixCapsules.Initialization.Type, forKey key: Key
  ) throws -> MatrixCapsules.Initialization {
    try decodeIfPresent(type, forKey: key) ?? .usual
  }
}
