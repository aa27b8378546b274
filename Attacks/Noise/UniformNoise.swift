import Models
import Tensors

/// Noise spread evenly over the ball, asked about a few times: what an attack has to be better than.
///
/// It knows nothing of the model but the answers that count as successes.
public struct UniformNoise: Attack {
  public static let profile = AttackProfile(
    name: "uniform-noise", title: "uniform noise", summary: "random points of the ball, a baseline without gradients",
    definition:
      "Random points, spread evenly over the ε-ball around the image and clipped to [0, 1], until one is misclassified.",
    synonyms: ["noise", "random-noise", "uniform", "additive-uniform-noise"],
    needs: .labels, isRandom: true, arguments: ["samples"])

  /// How many points are tried.
  public var samples: Int

  public init(samples: Int = 10) {
    precondition(samples > 0, "UniformNoise: \(samples) samples")
    self.samples = samples
  }

  public init(_ arguments: inout AttackArguments) throws {
    self.init(samples: try arguments.integer("samples", in: 1...100_000) ?? 10)
  }

  public var objective: Objective? { nil }
  public var parameters: [AttackParameter] { [.init("samples", samples)] }

  public func perturb(_ trial: AttackTrial) throws {
    for sample in 0..<samples where !trial.isOver {
      try trial.judge(
        trial.randomStart(restart: sample) { draw(around: $0, budget: trial.budget, trial.norm, $1) })
    }
  }

  /// Pixels that are counted take any value: how far one moves is no part of ε.
  private func draw(around images: Tensor, budget: Float, _ norm: any Norm, _ streams: [RandomStream]) -> Tensor {
    guard !norm.isHomogeneous else { return norm.start(around: images, budget: budget, streams: streams) }
    return .concatenated(
      streams.enumerated().map { row, stream in
        var stream = stream
        return norm.extreme(around: images.rows(row..<row + 1), budget: budget, using: &stream)
      })
  }
}
