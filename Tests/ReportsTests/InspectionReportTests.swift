import Foundation
import Inspection
import Kernels
import Reports
import TestSupport
import Testing

struct InspectionReportTests {
  /// Four children in one field, three parents, three iterations.
  static let trace: RoutingTrace = {
    let routing = EMRouting(
      rows: 2, columns: 2, childTypes: 1, parentTypes: 3, kernelRows: 2, kernelColumns: 2, stride: 1,
      sharesWeights: false, addsCoordinates: false, poseStructure: .matrix, scope: .image,
      inverseTemperatures: [0.01, 0.01, 0.01], varianceFloor: 5e-4, massFloor: 1e-7)
    func wave(_ count: Int) -> [Double] { (0..<count).map { sin(1.7 * Double($0)) } }
    return RoutingTrace(
      routing: routing,
      inputs: .init(
        poses: wave(64), activations: [1, 0.5, 0.25, 0.75], weights: wave(4 * 3 * 16),
        betaActivation: [0, 0, 0], betaCost: [0, 0, 0]))
  }()

  @Test func voteFiguresHaveAPanelPerIterationAndClass() throws {
    let classes = ["<a>", "b", "c"]
    let distances = VoteDistances(Self.trace, bins: 12)
    let close = VoteDistances(Self.trace, upTo: distances.maximum / 2, bins: 12)
    for text in [
      VoteDistanceFigure.complete(distances, classes: classes, title: "votes & all"),
      VoteDistanceFigure.clipped(close, classes: classes, title: "votes & close"),
    ] {
      let markup = try #require(Markup(text))
      let texts = markup.all("text").map(\.text)
      #expect(Set(classes + ["iteration 1", "iteration 2", "iteration 3"]).isSubset(of: texts))
      #expect(markup.all("rect").count { $0.attributes["class"] == "axis" } == 9)
      #expect(texts.contains { $0.contains("Euclidean") })
      #expect(texts.contains { $0.contains("Of all assigned votes") } == text.contains("votes &amp; close"))
      // Nothing is drawn outside the figure.
      let box = try #require(markup.elements.first?.attributes["viewBox"]).split(separator: " ").compactMap {
        Double($0)
      }
      for rectangle in markup.all("rect") where rectangle.attributes["class"] == "axis" {
        let right = try #require(rectangle.number("x")) + #require(rectangle.number("width"))
        let bottom = try #require(rectangle.number("y")) + #require(rectangle.number("height"))
        #expect(right <= box[2] && bottom <= box[3])
      }
    }
  }

  @Test func theTableHoldsEveryAssignment() {
    let distances = VoteDistances(Self.trace, upTo: 1, bins: 5)
    let lines = VoteDistanceFigure.csv([("only", distances)], classes: ["a", "b", "c"]).split(separator: "\n")
    #expect(lines.count == 1 + 3 * 3 * 6)
    let cells = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    for t in 1...3 {
      let total = cells.filter { $0[1] == "\(t)" }.reduce(0) { $0 + Double($1[5])! }
      #expect(abs(total - 4) < 1e-9)
    }
  }
}
