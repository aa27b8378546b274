public import Autodiff
import Diagnostics
public import Tensors

/// Makes an image again of the pose of one class capsule (Sabour, Frosst & Hinton 2017, §4.1, Fig. 2): fully connected layers
/// with ReLU, then the pixels by a logistic.
///
/// The poses of all the other classes are set to zero: in training all but the true class's, later all but the winner's.
public struct Decoder: Sendable {
  public struct Configuration: Codable, Hashable, Sendable {
    /// Units of the hidden layers; the paper's 512 and 1024.
    public var hiddenUnits = [512, 1024]
    /// What training multiplies the sum of squared differences by, so that it does not outweigh the loss of the classes.
    public var lossWeight: Float = 0.0005

    public init() {}

    public init(hiddenUnits: [Int]) { self.hiddenUnits = hiddenUnits }

    func validate(_ architecture: String) throws {
      guard (1...8).contains(hiddenUnits.count), hiddenUnits.allSatisfy({ (1...65_536).contains($0) }) else {
        throw InputError(
          .model, architecture, "a decoder of \(hiddenUnits) hidden units",
          remedy: "use one to eight layers of 1 to 65,536")
      }
      guard lossWeight > 0, lossWeight.isFinite else {
        throw InputError(
          .model, architecture, "a reconstruction loss of weight \(lossWeight)", remedy: "use a weight above 0")
      }
    }
  }

  /// How all its tensors' names begin.
  public static let prefix = "decoder."

  public let configuration: Configuration
  public let classCount: Int
  /// Elements of a class capsule's pose.
  public let poseCount: Int
  /// `[channels, rows, columns]` of what the network sees of an image.
  public let imageShape: Shape

  /// The shape of each layer's weight, with the layer's name.
  var weightShapes: [(layer: String, shape: Shape)] {
    let sizes = [classCount * poseCount] + configuration.hiddenUnits + [imageShape.count]
    return sizes.indices.dropLast().map { index in
      let isLast = index == sizes.count - 2
      return (Self.prefix + (isLast ? "pixels" : "hidden\(index + 1)"), [sizes[index + 1], sizes[index]])
    }
  }

  var parameterCount: Int { weightShapes.reduce(0) { $0 + $1.shape.count + $1.shape[0] } }

  /// The images `[batch, channels, rows, columns]` of the poses `[batch, classes, elements]` of one class each.
  public func images(of poses: Variable, classes: [Int], parameters: BoundParameters) -> Variable {
    precondition(
      poses.shape == [classes.count, classCount, poseCount],
      "Decoder: poses \(poses.shape), expected \(classes.count)×\(classCount)×\(poseCount)")
    let mask = Tensor(uninitialized: poses.shape) { mask in
      mask.update(repeating: 0)
      for (image, chosen) in classes.enumerated() {
        precondition((0..<classCount).contains(chosen), "Decoder: class \(chosen) of \(classCount)")
        for element in 0..<poseCount { mask[(image * classCount + chosen) * poseCount + element] = 1 }
      }
    }
    var x = (poses * poses.graph.constant(mask)).flattened()
    let layers = weightShapes.map(\.layer)
    for layer in layers.dropLast() {
      x = x.linear(parameters["\(layer).weight"], bias: parameters["\(layer).bias"], relu: true)
    }
    return x.linear(parameters["\(layers.last!).weight"], bias: parameters["\(layers.last!).bias"]).sigmoid()
      .reshaped(to: imageShape.batched(classes.count))
  }

  /// `weight · Σ (reconstruction − image)²` over the pixels of each image, `[batch]`.
  func loss(
    of poses: Variable, classes: [Int], for images: Variable, parameters: BoundParameters
  ) -> Variable {
    let difference = self.images(of: poses, classes: classes, parameters: parameters) - images
    return (difference * difference).flattened().sum(axis: 1) * configuration.lossWeight
  }

  func layers(_ parameters: Parameters) -> [LayerSummary] {
    let names = weightShapes.map(\.layer)
    return weightShapes.map { layer, shape in
      let isLast = layer == names.last
      return LayerSummary(
        isLast ? "decoder's pixels, logistic" : "decoder, of one class's pose, ReLU",
        output: isLast ? "\(imageShape)" : "\(shape[0])",
        parameterCount: parameters["\(layer).weight"].count + parameters["\(layer).bias"].count)
    }
  }
}
