import Diagnostics
import Models
import Training

/// What the user chose, and what follows from it.
public struct Settings: Sendable {
  /// The size of the capsule network.
  public enum Network: String, CaseIterable, Sendable {
    /// A = 64, B = 8, C = D = 16: the paper's 68K.
    case small
    /// A = B = C = D = 32: the paper's 310K.
    case full
  }

  public var network = Network.small
  /// Iterations of EM routing, but in Table 1, where rows have their own, and in Table 2.
  public var iterations: Int
  /// Few images and epochs: to see in minutes that everything works, not to compare numbers.
  public var isQuick = false
  /// Passes over the training images.
  public var epochs: Int
  /// Images of each split; all if nil.
  public var trainingImages: Int?
  public var testImages: Int?
  /// Test images that are attacked.
  public var attackedImages: Int

  /// - Throws: `InputError` of kind `usage` if a number is out of range.
  public init(
    network: Network = .small, iterations: Int = 3, isQuick: Bool = false, epochs: Int? = nil,
    attackedImages: Int? = nil
  ) throws {
    self.network = network
    self.iterations = iterations
    self.isQuick = isQuick
    self.epochs = epochs ?? (isQuick ? 2 : 10)
    trainingImages = isQuick ? 2_000 : nil
    testImages = isQuick ? 1_000 : nil
    self.attackedImages = attackedImages ?? (isQuick ? 50 : 500)
    guard (1...10_000).contains(self.epochs) else {
      throw InputError(.usage, .epochs, "\(self.epochs)", remedy: "use 1 or more, for example 10")
    }
    guard (1...5).contains(iterations) else {
      throw InputError(.usage, .iterations, "\(iterations)", remedy: "use 1 to 5")
    }
    guard self.attackedImages > 0 else {
      throw InputError(.usage, .attackedImages, "\(self.attackedImages)", remedy: "use 1 or more images")
    }
  }

  var capsules: MatrixCapsules.Configuration { network == .small ? .small : .full }

  var networkName: String {
    network == .small ? "the small network (A=64, B=8, C=D=16)" : "the full network (A=B=C=D=32)"
  }
}
