import Models
import Tensors

/// Normal noise, scaled to the edge of the ball and asked about a few times: what an attack has to be better than.
public struct GaussianNoise: Attack {
  public static let profile = AttackProfile(
    name: "gaussian-noise", title: "Gaussian noise",
    summary: "normal noise of the size ε, a baseline without gradients",
    definition:
      "Normal noise, projected to the ε-ball around the image and to [0, 1], until one draw is misclassified.",
    synonyms: ["gaussian", "normal-noise", "additive-gaussian-noise"],
    needs: .labels, isRandom: true, arguments: ["samples"])

  /// How many draws are tried.
  public var samples: Int

  public init(samples: Int = 10) {
    precondition(samples > 0, "GaussianNoise: \(samples) samples")
    self.samples = samples
  }

  public init(_ arguments: inout AttackArguments) throws {
    self.init(samples: try arguments.integer("samples", in: 1...100_000) ?? 10)
  }

  public var objective: Objective? { nil }
  public var parameters: [AttackParameter] { [.init("samples", samples)] }

  public func problem(in norm: any Norm) -> String? {
    norm.isHomogeneous ? nil : "noise that changes every pixel cannot be scaled to a number of pixels"
  }

  public func perturb(_ trial: AttackTrial) throws {
    for sample in 0..<samples where !trial.isOver {
      try trial.judge(trial.randomStart(restart: sample) { noisy($0, $1, trial.budget, trial.norm) })
    }
  }

  /// Each image plus normal noise whose size in the norm is ε before it is clipped.
  private func noisy(_ images: Tensor, _ streams: [RandomStream], _ budget: Float, _ norm: any Norm) -> Tensor {
    let stride = images.shape.withoutBatch.count
    var noise = Tensor(shape: images.shape)
    noise.withUnsafeMutableBuffer { elements in
      for (image, stream) in streams.enumerated() {
        var stream = stream
        for i in image * stride..<(image + 1) * stride { elements[i] = stream.normal() }
      }
    }
    let sizes = norm.distances(of: noise, from: Tensor(shape: images.shape))
    var noisy = images
    noisy.withUnsafeMutableBuffer { pixels in
      noise.withUnsafeBuffer { noise in
        for i in pixels.indices where sizes[i / stride] > 0 { pixels[i] += budget / sizes[i / stride] * noise[i] }
      }
    }
    return norm.project(noisy, around: images, budget: budget)
  }
}
