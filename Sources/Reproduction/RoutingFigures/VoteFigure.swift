import Datasets
import Foundation
import Inspection
import Kernels
import Models
import Reports
import Runs
import Text

/// Figures 2 and B.2: how far the votes for each class capsule lie from its mean, in every iteration of routing.
struct VoteFigure: Experiment {
  enum Kind: Sendable {
    case clipped, complete
  }

  let kind: Kind

  var id: String { kind == .clipped ? "figure-2" : "figure-b2" }

  var title: String {
    kind == .clipped
      ? "Figure 2: distances of votes to the mean, the near ones" : "Figure B.2: distances of all votes to the mean"
  }

  var published: String {
    switch kind {
    case .clipped:
      "Histograms for a truck and a human, whose votes are routed correctly, and a plane, a rare failure that is confused with "
        + "a car, for each of 3 iterations and 5 class capsules, zoomed to distances below 0.05. At first all capsules receive "
        + "votes that close; after two iterations, most votes are assigned to the clusters that were found."
    case .complete:
      "The histograms of the human without clipping, each in its own logarithmic scale; distances go to 60."
    }
  }

  /// Fig. 2's range.
  static let limit = 0.05

  func run(_ context: ReproductionContext) throws -> ExperimentResult {
    let images = try context.test()
    let trained = try context.trained(try context.networks().capsules())
    guard let model = trained.model as? any Inspectable else {
      preconditionFailure("VoteFigure: \(trained.variant.name) can't be inspected")
    }
    let rules = RoutingExample.paperRules(classNames: images.classNames)
    let chosen = try choose(rules, model, images, threads: context.threads)
    // Fig. B.2 is of the human, which is the second of three; of other classes, of the first.
    let shown = kind == .clipped ? chosen : Array(chosen.dropFirst(rules.count == 3 ? 1 : 0).prefix(1))
    let range = Self.range(chosen.map(\.trace))
    let files =
      kind == .clipped
      ? RoutingFigures.figure2(shown, model: trained.variant.name, classes: images.classNames, upTo: range)
      : RoutingFigures.figureB2(shown, model: trained.variant.name, classes: images.classNames)
    for file in files { try context.folder.write(file.data, to: file.name.replacing(".csv", with: "-bins.csv")) }
    return ExperimentResult(
      id: id, title: title, published: published, data: context.dataDescription([images]),
      differences: context.commonDifferences(images) + [
        "Images are chosen by rule: the first test image of each class that is right, and the first airplane that is taken for "
          + "a car, or else the first mistake. The paper does not say how its were chosen.",
        "The paper says “distance”; here it is Euclidean, over the 16 elements of a vote.",
      ]
        + (kind == .clipped && range > Self.limit
          ? [
            "Next to no votes lie within the paper's \(Self.limit); the figures go to \(range), within which a tenth of those of some "
              + "image do after the last iteration."
          ] : []),
      tables: [table(shown, images.classNames)],
      figures: zip(files, shown).map { file, example in
        .init(file.name, caption: "\(RoutingFigures.title(example, images.classNames)).")
      }, networks: try context.accounts([trained]))
  }

  private func choose(
    _ rules: [RoutingExample.Rule], _ model: some Inspectable, _ images: Dataset, threads: Int
  ) throws -> [RoutingExample] {
    try RoutingExample.choose(rules, model: model, dataset: images, threads: threads).compactMap { $0 }
  }

  /// The smallest of 0.05, 0.1, 0.2, 0.5, 1, … within which at least a tenth of the votes of one of `traces` lie in the last
  /// iteration: how far votes spread depends on how a network was trained, and the paper's range may hold none.
  static func range(_ traces: [RoutingTrace]) -> Double {
    let ranges = [limit, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50]
    return ranges.first { range in
      traces.contains { VoteDistances($0, upTo: range, bins: 1).sharesInside.last! >= 0.1 }
    } ?? ranges.last!
  }

  /// How routing went, in numbers: how close votes come, and what share of them the predicted class receives.
  private func table(_ examples: [RoutingExample], _ classes: [String]) -> Table {
    var rows: [[Cell]] = []
    for example in examples {
      let near = VoteDistances(example.trace, upTo: Self.limit, bins: 1)
      let nearer = VoteDistances(example.trace, upTo: 20 * Self.limit, bins: 1)
      for (t, statistics) in example.trace.statistics.enumerated() {
        let assigned = near.weights[t].indices.map { near.weights[t][$0][0] + near.beyond[t][$0] }
        rows.append([
          .text(RoutingFigures.title(example, classes)), .count(t + 1), .share(near.sharesInside[t]),
          .share(nearer.sharesInside[t]), .number(statistics.voteDistance ?? 0, digits: 3),
          .share(assigned[example.prediction] / assigned.reduce(0, +)), .share(statistics.entropyShare),
        ])
      }
    }
    return Table(
      caption:
        "Votes for the class capsules. The last column is the entropy of a child's assignments, of what uniform ones have",
      columns: [
        "image", "iteration", "within \(Self.limit)", "within \(20 * Self.limit)", "mean distance",
        "assigned to the predicted class", "entropy",
      ], wordColumns: 1, rows: rows)
  }
}
