import Models
import Tensors
import Text

/// How many parameters the networks have, at the sizes of the papers.
struct Parameters: Experiment {
  let id = "parameters"
  let title = "Parameter counts"
  let published =
    "The paper states 310K for its best model (A=B=C=D=32), 68K for a small one (A=64, B=8, C=D=16) and 4.2M for the "
    + "baseline CNN; Sabour et al. 2017 states 6.8M for the network with dynamic routing, 8.2M with its decoder: 1.4M more."

  func run(_ context: ReproductionContext) throws -> ExperimentResult {
    var rows: [[Cell]] = []
    for channels in [2, 1] {
      let shape: Shape = [channels, 32, 32]
      var (full, small, cnn) = (
        MatrixCapsules.Configuration.full, MatrixCapsules.Configuration.small, CNN.Configuration()
      )
      (full.inputShape, full.classCount) = (shape, 5)
      (small.inputShape, small.classCount) = (shape, 5)
      (cnn.inputShape, cnn.classCount) = (shape, 5)
      let networks: [(String, String, Int)] = [
        ("matrix capsules, A=B=C=D=32", Published.fullParameters, MatrixCapsules.parameterCount(of: full)),
        ("matrix capsules, A=64 B=8 C=D=16", Published.smallParameters, MatrixCapsules.parameterCount(of: small)),
        ("baseline CNN", Published.cnnParameters, CNN.parameterCount(of: cnn)),
      ]
      rows += networks.map { [.text($0.0), .text("\(shape), 5 classes"), .text($0.1), .count($0.2)] }
    }
    var dynamic = DynamicCapsules.Configuration.full
    let withDecoder = DynamicCapsules.parameterCount(of: dynamic)
    dynamic.decoder = nil
    let alone = DynamicCapsules.parameterCount(of: dynamic)
    let digits = "\(dynamic.inputShape), \(dynamic.classCount) classes"
    rows += [
      [.text("capsules with dynamic routing"), .text(digits), .text(Published.dynamicParameters), .count(alone)],
      [.text("… and its decoder"), .text(digits), .text(Published.decoderParameters), .count(withDecoder - alone)],
    ]
    return ExperimentResult(
      id: id, title: title, published: published,
      differences: [
        "Ours count everything that is trained. The authors' release has no biases in the primary capsules (136 of the "
          + "small network, 544 of the full one)."
      ],
      comparisons: (rows.prefix(3) + rows.suffix(2)).map { row in
        .init("parameters, \(row[0].text)", published: row[2].text, ours: row[3].text)
      },
      tables: [
        Table(
          caption: "Parameters of the networks", columns: ["network", "images", "paper", "ours"], wordColumns: 2,
          rows: rows)
      ])
  }
}
