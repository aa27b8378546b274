import Files
import Foundation
public import Models
public import Training

/// A network that experiments train: its architecture with all switches, and how it is trained.
public struct Variant: Sendable, Hashable {
  /// What is trained.
  public enum Network: Sendable, Hashable {
    case capsules(MatrixCapsules.Configuration)
    case cnn(CNN.Configuration)
  }

  /// What training begins with.
  public indirect enum Start: Sendable, Hashable {
    /// Weights drawn from the seed of the recipe.
    case fresh
    /// Those of another network of the same shape, trained on the same images before.
    case trained(Variant)
  }

  /// What reports and files call it, such as `capsules-vector`.
  public let name: String
  public let network: Network
  public let recipe: Recipe
  public let start: Start

  public init(name: String, network: Network, recipe: Recipe, start: Start = .fresh) {
    self.name = name
    self.network = network
    self.recipe = recipe
    self.start = start
  }

  /// Its name, and with which network's weights it began.
  var fullName: String {
    guard case .trained(let first) = start else { return name }
    return "\(name) (from \(first.name))"
  }

  /// A network with fresh weights, drawn from the seed of the recipe.
  /// - Throws: `InputError` of kind `model` if there is no such network, for example because the images are too small.
  package func freshModel() throws -> any Model {
    switch network {
    case .capsules(let configuration):
      try MatrixCapsules(configuration: configuration, name: name, seed: recipe.seed)
    case .cnn(let configuration): try CNN(configuration: configuration, name: name, seed: recipe.seed)
    }
  }

  /// Equal bytes for networks and recipes that are equal, whatever they are called.
  func identity() throws -> Data {
    func json(_ value: some Encodable) throws -> String {
      String(decoding: try JSONEncoder.compact.encode(value), as: UTF8.self)
    }
    let configuration =
      switch network {
      case .capsules(let configuration): try json(configuration)
      case .cnn(let configuration): try json(configuration)
      }
    let identity = Data([configuration, try json(recipe)].joined(separator: "\n").utf8)
    guard case .trained(let first) = start else { return identity }
    return try first.identity() + Data("\n".utf8) + identity
  }
}
