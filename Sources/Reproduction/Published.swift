/// The numbers of Hinton, Sabour & Frosst, *Matrix capsules with EM routing* (ICLR 2018), in percent.
package enum Published {
  /// A row of Table 1: what differs from the best model, and the test error.
  package struct Ablation: Sendable, Hashable {
    package var iterations = 3
    package var pose = "matrix"
    package var loss = "spread"
    package var addsCoordinates = true
    package var error: Double
  }

  /// Table 1, its first nine rows in their order; the third is the best model.
  package static let ablations: [Ablation] = [
    Ablation(iterations: 1, error: 9.7), Ablation(iterations: 2, error: 2.2), Ablation(error: 1.8),
    Ablation(iterations: 5, error: 3.9), Ablation(pose: "vector", error: 2.9),
    Ablation(addsCoordinates: false, error: 2.6), Ablation(pose: "vector", addsCoordinates: false, error: 3.2),
    Ablation(loss: "margin", error: 3.2), Ablation(loss: "cross-entropy", error: 5.8),
  ]
  /// Where the best model stands among them.
  package static let bestRow = 2

  /// Table 1, last rows.
  package static let cnnError = 5.2
  package static let ciresanError = 2.56
  package static let multipleCropsError = 1.4
  /// §5, in the text.
  package static let smallNetworkError = 2.2
  package static let mixingProportionsError = 4.5
  package static let cnnParameters = "4.2M"
  package static let fullParameters = "310K"
  package static let smallParameters = "68K"
  /// Sabour, Frosst & Hinton 2017: 8.2M with the decoder, 6.8M without.
  package static let dynamicParameters = "6.8M"
  package static let decoderParameters = "1.4M"

  /// One half of Table 2.
  package struct Viewpoints: Sendable, Hashable {
    package var cnnNovel: Double
    package var capsulesNovel: Double
    /// The error that both have on the viewpoints of training.
    package var familiar: Double
  }

  package static let azimuth = Viewpoints(cnnNovel: 20, capsulesNovel: 13.5, familiar: 3.7)
  package static let elevation = Viewpoints(cnnNovel: 17.8, capsulesNovel: 12.3, familiar: 4.3)

  /// §6: accuracy of five classes by chance, under which attacks never take the capsules, and at which ε the CNN is under it.
  package static let chance = 20.0
  package static let cnnUnderChanceAt = 0.2
  /// §6: how many orders of magnitude the capsules' gradients are smaller than the CNN's.
  package static let gradientOrders = 2.0
}
