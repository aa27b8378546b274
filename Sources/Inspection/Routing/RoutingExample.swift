package import Datasets
package import Kernels
package import Models

/// An image chosen by rule to show how the votes for the class capsules are routed.
package struct RoutingExample: Sendable {
  package enum Rule: Sendable, Hashable {
    /// The first image that is classified correctly, of class `label` if one is named.
    case right(label: Int? = nil)
    /// The first of class `label` that is taken for class `prediction`; if there is none, the first wrong one of all.
    case wrong(label: Int? = nil, prediction: Int? = nil)
  }

  package let rule: Rule
  /// What its data set calls the image.
  package let id: Int
  package let label: Int
  package let prediction: Int
  /// Routing to the class capsules.
  package let trace: RoutingTrace

  /// What the paper shows in Fig. 2: a truck and a human that are right, and an airplane that is taken for a car; of other
  /// classes, an image that is right and one that is wrong.
  package static func paperRules(classNames: [String]) -> [Rule] {
    func index(_ name: String) -> Int? { classNames.firstIndex(of: name) }
    guard let truck = index("truck"), let human = index("human"), let plane = index("airplane"), let car = index("car")
    else { return [.right(), .wrong()] }
    return [.right(label: truck), .right(label: human), .wrong(label: plane, prediction: car)]
  }

  /// The image for each of `rules`; nil where no image is as it says, and where the model does not route by EM, or to
  /// numbers that are not finite.
  /// - Throws: `CancellationError` soon after `isCancelled`.
  package static func choose(
    _ rules: [Rule], model: some Inspectable, dataset: Dataset, threads: Int,
    isCancelled: @Sendable () -> Bool = { false }
  ) throws -> [RoutingExample?] {
    let predictions = try model.predictions(for: dataset, threads: threads, isCancelled: isCancelled)
    return rules.map { rule in
      guard let position = rule.position(labels: dataset.labels, predictions: predictions),
        let trace = model.activities(of: dataset.images(at: [position])).last?.trace?(0),
        trace.statistics.allSatisfy(\.isFinite)
      else { return nil }
      return RoutingExample(
        rule: rule, id: dataset.ids[position], label: dataset.labels[position], prediction: predictions[position],
        trace: trace)
    }
  }
}

extension RoutingExample.Rule {
  /// The first position that it holds for.
  package func position(labels: [Int], predictions: [Int]) -> Int? {
    switch self {
    case .right(let label):
      return labels.indices.first { labels[$0] == predictions[$0] && label ?? labels[$0] == labels[$0] }
    case .wrong(let label, let prediction):
      let wrong = labels.indices.filter { labels[$0] != predictions[$0] }
      return wrong.first {
        label ?? labels[$0] == labels[$0] && prediction ?? predictions[$0] == predictions[$0]
      } ?? wrong.first
    }
  }
}
