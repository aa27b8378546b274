public import Autodiff
import Diagnostics
import Files
import Foundation
public import Models
public import Tensors

/// A classifier that another process computes, in any language, on any device.
///
/// docs/external-models.md describes what the process is asked and has to answer.
public struct ExternalClassifier: Classifier {
  public let name: String
  public let description: ModelDescription
  public let place: ModelPlace
  public var inputShape: Shape { Shape(description.shape) }
  public var classCount: Int { description.classes }
  public var trainingLoss: Loss { .crossEntropy }
  public var chunkSize: Int { min(description.batch ?? 64, 64) }

  /// What tells a run that the same model is attacked again: a hash of what the process says of itself, and, if it gives no
  /// hash of its weights, of where it is.
  public var sha256: String {
    let identity = description.hash.map { "hash \($0)" } ?? "\(place)"
    return Checksum.sha256(
      of: Data("\(description.shape) \(description.classes) \(description.gives.rawValue) \(identity)".utf8))
  }

  private let pool: ProcessPool

  /// How long an answer may take, in seconds, unless the caller says otherwise.
  public static let defaultTimeout = 300.0

  /// Starts or reaches the process at `place` and asks what it computes.
  /// - Throws: `InputError(.model)` if that fails, or it answers what it may not.
  public init(_ place: ModelPlace, name: String? = nil, timeout: Double = defaultTimeout) throws {
    do {
      pool = try ProcessPool(place, timeout: timeout)
    } catch {
      throw error.forPeople(at: place)
    }
    description = pool.description
    self.place = place
    self.name = name ?? description.name ?? "process"
  }

  public func outputs(for images: Variable) -> ClassifierOutputs {
    let scores = images.applying(ExternalScores(pool: pool))
    return ClassifierOutputs(scores: scores, activations: scores.softmax())
  }

  public var gives: Knowledge {
    switch description.gives {
    case .gradients: .gradients
    case .scores: .scores
    case .labels: .labels
    }
  }

  public func check() throws { try pool.check() }
}
