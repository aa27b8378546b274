import Datasets
import Models
import Text

/// Table 2: novel viewpoints, with models that are equally good on familiar ones.
struct Table2: Experiment {
  let id = "table-2"
  let title = "Table 2: novel viewpoints"
  let published =
    "Both models are trained on a third of the viewpoints: azimuths of 300, 320, 340, 0, 20, 40 degrees, and in a separate "
    + "experiment the three lowest elevations. The capsules are stopped where their error on test images from familiar "
    + "viewpoints is that of the trained CNN; then both are tested on novel viewpoints. Error of the CNN and the capsules: "
    + "azimuth 20% and 13.5% (familiar: 3.7%), elevation 17.8% and 12.3% (familiar: 4.3%)."

  func run(_ context: ReproductionContext) throws -> ExperimentResult {
    let test = try context.test()
    try context.requireViewpoints(test, for: id)
    let halves = try ViewpointSplit.allCases.map { try Table2Half($0, context) }
    let training = try context.training()
    return ExperimentResult(
      id: id, title: title, published: published, data: context.dataDescription([training, test]),
      differences: context.commonDifferences(test) + [
        "Capsules have two iterations of routing here, begin with fresh weights, and learn with a rate of 0.0015: with that of the "
          + "other tables they came to a standstill.",
        "A match is the first evaluation, made every \(halves[0].interval) steps, with no more errors than the other model.",
        "Both may take as many steps as on all training images, three times as many epochs on a third of them.",
      ],
      findings: halves.map(\.finding),
      comparisons: halves.flatMap(\.comparisons),
      tables: [
        Table(
          caption: "Test error of matched models",
          columns: ["viewpoints", "model", "trained", "paper", "ours", "95% interval", "errors", "images", "p"],
          wordColumns: 3, rows: halves.flatMap(\.rows)),
        Table(
          caption: "Error on familiar test images while the matched models were trained",
          columns: ["viewpoints", "model", "step", "error"], wordColumns: 2, rows: halves.flatMap(\.curve)),
      ],
      networks: try context.accounts(halves.flatMap(\.models)))
  }
}
