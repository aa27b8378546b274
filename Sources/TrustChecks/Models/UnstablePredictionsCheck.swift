import Models
import Runs
import Statistics
import Tensors

/// Predictions that change with noise below one grey level are decided by chance, and so is an attack's success (Carlini et
/// al. 2019; Pintor et al. 2022, on unstable predictions).
struct UnstablePredictionsCheck: TrustCheck {
  let name = TrustCheckName.unstablePredictions.rawValue
  let claim = "noise of half a grey level leaves predictions alone"
  var needs: Knowledge { .labels }

  func examine(_ subject: TrustCheckSubject) throws -> TrustCheckAnswer {
    let sample = subject.sample
    guard sample.count > 0 else { return .notApplicable("the model classifies no image correctly") }
    let noisy = noise(subject, 0.5 / 255)
    let flipped = zip(subject.classifier.predictions(forChunksOf: noisy), sample.labels).count { $0 != $1 }
    let lower = Statistics.wilson(successes: flipped, trials: sample.count).lower
    guard lower > 0.05 else { return .passed }
    return .findings([
      Finding(
        check: name, severity: lower > 0.2 ? .error : .warning,
        title: "Predictions of \(subject.name) change with noise that no image file could hold",
        evidence: """
          Uniform noise of at most half of 1/255 a pixel changed the class of \(share(flipped, of: sample.count)) images \
          that were right.
          """,
        numbers: ["images": Double(sample.count), "flipped": Double(flipped), "noise": 0.5 / 255],
        remedy: "look for randomness, quantisation or overflow in the model before believing any curve",
        scope: .init(model: subject.model))
    ])
  }

  private func noise(_ subject: TrustCheckSubject, _ amplitude: Float) -> Tensor {
    subject.sample.perturbed { id in
      // "tremble" as a number.
      var stream = RandomStream(seed: subject.configuration.seed, UInt64(id), 0x7472_656D_626C_65)
      return { amplitude * (2 * stream.uniform() - 1) }
    }
  }
}

extension TrustCheckSample {
  /// The images with a number of `next(id)` added to each pixel, clipped to [0, 1].
  func perturbed(_ source: (_ id: Int) -> () -> Float) -> Tensor {
    let stride = images.shape.withoutBatch.count
    var result = images
    result.withUnsafeMutableBuffer { pixels in
      for (row, id) in ids.enumerated() {
        let next = source(id)
        for i in row * stride..<(row + 1) * stride { pixels[i] = min(1, max(0, pixels[i] + next())) }
      }
    }
    return result
  }
}
