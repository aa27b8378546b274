import Diagnostics
import Files
public import Tensors

extension DynamicCapsules {
  /// Every switch of the network; the defaults are the paper's.
  public struct Configuration: ModelConfiguration {
    public static var architecture: String { "dynamic-capsules" }
    public static var optionalFields: Set<String> { ["crop", "decoder"] }

    public var inputShape: Shape = [1, 28, 28]
    public var classCount = 10
    /// Channels of the 9×9 ReLU convolution.
    public var channels = 256
    /// Types of primary capsules.
    public var primaryTypes = 32
    /// Elements of a primary capsule's pose.
    public var primaryElements = 8
    /// Elements of a class capsule's pose.
    public var classElements = 16
    /// Iterations of routing by agreement.
    public var iterations = 3
    public var loss: Loss = .margin
    public var preprocessing: Preprocessing = .none
    public var crop: Int?
    /// What makes images again of class capsules' poses, and adds to the loss in training; nil for none.
    public var decoder: Decoder.Configuration? = .init()

    public init() {}

    /// 64 channels, 8 primary types, and a decoder of 128 and 256 units: a tenth of the weights.
    public static var small: Configuration {
      var configuration = Configuration()
      configuration.channels = 64
      configuration.primaryTypes = 8
      configuration.decoder = .init(hiddenUnits: [128, 256])
      return configuration
    }

    /// The paper's 6.8M net, and its decoder of 1.4M.
    public static var full: Configuration { Configuration() }

    static var kernelSize: Int { 9 }

    /// Rows and columns after each of the two convolutions, 9×9 of strides 1 and 2.
    var sizes: [(rows: Int, columns: Int)] {
      var size = (rows: networkShape[1], columns: networkShape[2])
      return [1, 2].map { stride in
        size = ((size.rows - Self.kernelSize + stride) / stride, (size.columns - Self.kernelSize + stride) / stride)
        return size
      }
    }

    public func validate() throws {
      func fail(_ problem: String, _ remedy: String) -> InputError {
        InputError(.model, Self.architecture, problem, remedy: remedy)
      }
      guard inputShape.rank == 3, inputShape.count > 0, inputShape.count <= 1 << 24 else {
        throw fail("the input shape \(inputShape) is not channels×rows×columns", "give three positive numbers")
      }
      try validateCrop()
      guard networkShape[1] >= 17, networkShape[2] >= 17 else {
        throw fail(
          "an image of \(networkShape) is too small: after 9×9 convolutions of strides 1 and 2 nothing is left",
          "use images of at least 17×17 pixels")
      }
      guard classCount >= 2, classCount <= 1 << 16 else {
        throw fail("\(classCount) classes", "a classifier needs at least 2 (and at most 65,536)")
      }
      guard [channels, primaryTypes].allSatisfy({ (1...1024).contains($0) }),
        [primaryElements, classElements].allSatisfy({ (1...256).contains($0) })
      else {
        throw fail(
          "impossible sizes \(channels), \(primaryTypes), \(primaryElements), \(classElements)",
          "use 1 to 1,024 channels and primary types, and poses of 1 to 256 elements")
      }
      guard (1...10).contains(iterations) else { throw fail("\(iterations) routing iterations", "use 1 to 10") }
      // The only product of these sizes that may not fit into an integer.
      let factors = [sizes[1].rows, sizes[1].columns, primaryTypes, primaryElements, classCount, classElements]
      guard factors.reduce(1.0, { $0 * Double($1) }) <= 0x1p40 else {
        throw fail("sizes that make more than 2⁴⁰ weights", "use fewer or smaller capsules")
      }
      try decoder?.validate(Self.architecture)
    }
  }
}
