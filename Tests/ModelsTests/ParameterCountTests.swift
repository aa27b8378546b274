import Models
import Tensors
import Testing

/// The paper's parameter counts (§5: "310K", "68K", "4.2M"), from the layer sizes by hand.
struct ParameterCountTests {
  struct Case: Sendable {
    let channels: Int
    let full, small, cnn: Int
  }

  /// The primary biases (17 per type: 544 and 136) are ours; the paper's counts leave them out.
  @Test(arguments: [
    Case(channels: 1, full: 315_850 + 544, small: 67_018 + 136, cnn: 4_252_549),
    Case(channels: 2, full: 316_650 + 544, small: 68_618 + 136, cnn: 4_253_349),
  ])
  func fiveClassesAt32(_ count: Case) throws {
    var full = MatrixCapsules.Configuration.full
    full.inputShape = [count.channels, 32, 32]
    full.classCount = 5
    #expect(try MatrixCapsules(configuration: full, seed: 1).parameters.count == count.full)
    var small = MatrixCapsules.Configuration.small
    small.inputShape = full.inputShape
    small.classCount = 5
    #expect(try MatrixCapsules(configuration: small, seed: 1).parameters.count == count.small)
    var cnn = CNN.Configuration()
    cnn.inputShape = full.inputShape
    cnn.classCount = 5
    let model = try CNN(configuration: cnn, seed: 1)
    #expect(model.parameters.count == count.cnn)
    #expect(model.layers.reduce(0) { $0 + $1.parameterCount } == count.cnn)
  }

  /// The network of Sabour, Frosst & Hinton 2017 on MNIST, and its decoder.
  @Test func dynamicRoutingAt28() throws {
    var configuration = DynamicCapsules.Configuration.full
    let model = try DynamicCapsules(configuration: configuration, seed: 1)
    #expect(model.parameters.count == 6_804_224 + 1_411_344)
    #expect(model.layers.reduce(0) { $0 + $1.parameterCount } == model.parameters.count)
    #expect(model.layers.prefix(3).map(\.output) == ["256×20×20", "6×6×32×8", "10×16"])
    configuration.decoder = nil
    #expect(try DynamicCapsules(configuration: configuration, seed: 1).parameters.count == 6_804_224)
    #expect(DynamicCapsules.parameterCount(of: configuration) == 6_804_224)
  }

  /// A decoder of the paper's sizes on the 16 elements of each matrix capsule's pose: 1,411,344 as well.
  @Test func decoderOfMatrixCapsules() throws {
    var configuration = MatrixCapsules.Configuration.small
    let without = MatrixCapsules.parameterCount(of: configuration)
    configuration.decoder = .init()
    let model = try MatrixCapsules(configuration: configuration, seed: 1)
    #expect(model.parameters.count == without + 1_411_344)
    #expect(MatrixCapsules.parameterCount(of: configuration) == model.parameters.count)
    #expect(model.layers.reduce(0) { $0 + $1.parameterCount } == model.parameters.count)
  }

  @Test func layersOfTheFullNet() throws {
    var configuration = MatrixCapsules.Configuration.full
    configuration.inputShape = [1, 32, 32]
    configuration.classCount = 5
    let layers = try MatrixCapsules(configuration: configuration, seed: 1).layers
    #expect(
      layers.map(\.output) == [
        "32×14×14", "14×14×32×(4×4 + 1)", "6×6×32×(4×4 + 1)", "4×4×32×(4×4 + 1)", "5×(4×4 + 1)",
      ])
    #expect(layers.reduce(0) { $0 + $1.parameterCount } == 315_850 + 544)
  }
}
