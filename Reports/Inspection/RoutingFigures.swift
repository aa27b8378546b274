package import Foundation
package import Inspection

/// Figs. 2 and B.2 of Hinton, Sabour & Frosst 2018, of images chosen by `RoutingExample.choose`.
package enum RoutingFigures {
  /// Fig. 2: votes closer than `maximum` to the mean, for each image a grid of iterations and classes in one scale.
  ///
  /// - Returns: `figure-2-….svg` of each image, and `figure-2.csv` of all.
  package static func figure2(
    _ examples: [RoutingExample], model: String, classes: [String], upTo maximum: Double = 0.05, bins: Int = 20
  ) -> [(name: String, data: Data)] {
    files("figure-2", examples, model, classes) {
      VoteDistances($0.trace, upTo: maximum, bins: bins)
    } draw: {
      VoteDistanceFigure.clipped($0, classes: classes, title: $1)
    }
  }

  /// Fig. B.2: all votes, in many bins, every histogram in its own logarithmic scale.
  ///
  /// - Returns: `figure-b2-….svg` of each image, and `figure-b2.csv` of all.
  package static func figureB2(
    _ examples: [RoutingExample], model: String, classes: [String], bins: Int = 100
  ) -> [(name: String, data: Data)] {
    files("figure-b2", examples, model, classes) {
      VoteDistances($0.trace, bins: bins)
    } draw: {
      VoteDistanceFigure.complete($0, classes: classes, title: $1)
    }
  }

  private static func files(
    _ figure: String, _ examples: [RoutingExample], _ model: String, _ classes: [String],
    measure: (RoutingExample) -> VoteDistances, draw: (VoteDistances, String) -> String
  ) -> [(name: String, data: Data)] {
    let images = examples.map { (name: name($0, classes), distances: measure($0)) }
    let figures = zip(images, examples).map { image, example in
      (
        name: "\(figure)-\(image.name).svg",
        data: Data(draw(image.distances, "\(model): votes for the class capsules, \(title(example, classes))").utf8)
      )
    }
    return figures + [(figure + ".csv", Data(VoteDistanceFigure.csv(images, classes: classes).utf8))]
  }

  /// `image 12, truck` or `image 7, airplane, taken for car`.
  package static func title(_ example: RoutingExample, _ classes: [String]) -> String {
    let image = "image \(example.id), \(classes[example.label])"
    return example.label == example.prediction ? image : image + ", taken for \(classes[example.prediction])"
  }

  /// `truck` or `airplane-as-car`, in characters that file names may have everywhere.
  private static func name(_ example: RoutingExample, _ classes: [String]) -> String {
    let words = [classes[example.label]] + (example.label == example.prediction ? [] : [classes[example.prediction]])
    return words.joined(separator: "-as-").lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
      .reduce(into: "") { $0.append($1) }
  }
}
