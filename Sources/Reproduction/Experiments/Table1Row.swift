import Datasets
import Kernels
import Models

/// A row of Table 1, or of the text about it.
struct Table1Row: Sendable {
  var label: String
  /// Nothing where the row is not of a capsule network.
  var iterations: Int?
  var pose: String?
  var loss: String?
  var addsCoordinates: Bool?
  /// In percent.
  var published: Double?
  /// What is trained for it; nothing if the row is only the paper's.
  var variant: Variant?
  /// How many crops of each image it averages, if more than one.
  var crops: Int?
  var isAblation = false
  var isBaseline = false

  /// What the network of the row takes the test images for.
  func predictions(_ context: ReproductionContext, _ trained: TrainedModel, _ test: Dataset) throws -> Predictions {
    guard let crops else { return try context.predictions(of: trained, on: test) }
    return try context.predictions(
      of: try MultiCrop(trained.model, count: crops), identity: "\(trained.sha256) \(crops) crops", on: test)
  }
}

extension Table1 {
  /// The rows in the order of the paper, then those of its text.
  func rows(_ context: ReproductionContext) throws -> [Table1Row] {
    let networks = try context.networks()
    var rows = Published.ablations.enumerated().map { index, ablation in
      row(ablation, networks, isBest: index == Published.bestRow)
    }
    rows.append(
      Table1Row(
        label: "baseline CNN", loss: "cross-entropy", published: Published.cnnError, variant: networks.cnn(),
        isBaseline: true))
    rows.append(Table1Row(label: "CNN of Ciresan et al. 2011", published: Published.ciresanError))
    // Images that are too small to be cropped have a single view.
    if let best = rows[Published.bestRow].variant, case .capsules(let configuration) = best.network,
      configuration.crop != nil
    {
      rows.append(
        Table1Row(
          label: "capsules, 13 crops averaged", iterations: 3, pose: "matrix", loss: "spread", addsCoordinates: true,
          published: Published.multipleCropsError, variant: best, crops: 13))
    }
    rows.append(
      Table1Row(
        label: "activations like mixing proportions", iterations: 3, pose: "matrix", loss: "spread",
        addsCoordinates: true,
        published: Published.mixingProportionsError,
        variant: networks.capsules("capsules-mixing-proportions") { $0.activationRule = .mixingProportion },
        isAblation: true))
    if context.settings.network == .full {
      rows.append(
        Table1Row(
          label: "small network, A=64 B=8 C=D=16", iterations: 3, pose: "matrix", loss: "spread", addsCoordinates: true,
          published: Published.smallNetworkError, variant: networks.smallCapsules()))
    }
    return rows
  }

  private func row(_ ablation: Published.Ablation, _ networks: Networks, isBest: Bool) -> Table1Row {
    var changes: [String] = []
    if ablation.iterations != 3 {
      changes.append("\(ablation.iterations) iteration\(ablation.iterations == 1 ? "" : "s")")
    }
    if ablation.pose != "matrix" { changes.append("vector pose") }
    if ablation.loss != "spread" { changes.append("\(ablation.loss) loss") }
    if !ablation.addsCoordinates { changes.append("no Coordinate Addition") }
    let variant = networks.capsules((["capsules"] + changes.map(Self.slug)).joined(separator: "-")) { configuration in
      configuration.iterations = ablation.iterations
      configuration.poseStructure = ablation.pose == "matrix" ? .matrix : .vector
      configuration.addsCoordinates = ablation.addsCoordinates
      configuration.loss =
        switch ablation.loss {
        case "margin": .margin
        case "cross-entropy": .crossEntropy
        default: .spread(margin: 0.9)
        }
    }
    return Table1Row(
      label: isBest ? "capsules" : changes.joined(separator: ", "), iterations: ablation.iterations,
      pose: ablation.pose,
      loss: ablation.loss, addsCoordinates: ablation.addsCoordinates, published: ablation.error, variant: variant,
      isAblation: !isBest)
  }

  private static func slug(_ change: String) -> String { change.lowercased().replacing(" ", with: "-") }
}
