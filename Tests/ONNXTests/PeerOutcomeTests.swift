import Arrays
import Attacks
import Foundation
import ONNX
import Tensors
import Testing

/// Attacks on three trained networks, image by image, against those of Foolbox and torchattacks.
///
/// They are enabled by `ROBUST_ONNX_PEERS`, a folder that `Scripts/onnx/peers.py` wrote; `ROBUST_ONNX_PEERS_REPORT` names a
/// file for the table in Markdown.
struct PeerOutcomeTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let folder = environment["ROBUST_ONNX_PEERS"]

  @Test func peersAreSkippedLoudly() {
    guard Self.folder == nil else { return }
    print("SKIPPED: outcomes of peers, as ROBUST_ONNX_PEERS names no folder (Scripts/onnx/peers.py)")
  }

  /// At most one image in 200 may have another outcome: where scores tie, or a gradient's sign hangs on a rounding.
  @Test(.enabled(if: folder != nil, "ROBUST_ONNX_PEERS names no folder")) func outcomesAreThoseOfPeers() throws {
    let comparison = try PeerComparison(Self.folder!)
    print(comparison.table)
    if let path = Self.environment["ROBUST_ONNX_PEERS_REPORT"] {
      try comparison.table.write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(comparison.compared > 0)
    #expect(Double(comparison.differing) <= 0.005 * Double(comparison.compared))
  }
}

/// What robust's attacks give on the images and budgets of `outcomes.csv`.
struct PeerComparison {
  /// A model, a toolkit, an attack and a budget.
  private struct Setup: Hashable {
    let model: String
    let toolkit: String
    let attack: String
    let steps: Int
    let relativeStep: Float
    let epsilon: Float
  }

  private(set) var compared = 0
  private(set) var differing = 0
  private(set) var table =
    "| model | toolkit | attack | ε · 255 | images | differ | differ in the last step |\n|---|---|---|---|---|---|---|\n"

  init(_ folder: String) throws {
    let images = try Constant(NPY.read("\(folder)/images.npy"), type: .float).tensor
    let labels = try NPY.read("\(folder)/labels.npy").integers ?? []
    let rows = try String(contentsOfFile: "\(folder)/outcomes.csv", encoding: .utf8).split(whereSeparator: \.isNewline)
      .dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    var outcomes: [Setup: [[String]]] = [:]
    for row in rows where row.count == 13 {
      let setup = Setup(
        model: row[0], toolkit: row[1], attack: row[2], steps: Int(row[3])!, relativeStep: Float(row[4])!,
        epsilon: Float(row[6])!)
      outcomes[setup, default: []].append(row)
    }
    let keys = outcomes.keys.sorted {
      ($0.model, $0.attack, $0.epsilon, $0.toolkit) < ($1.model, $1.attack, $1.epsilon, $1.toolkit)
    }
    var classifiers: [String: ONNXClassifier] = [:]
    var own: [String: AttackOutcome] = [:]
    for setup in keys {
      let classifier = try classifiers[setup.model] ?? ONNXClassifier(reading: "\(folder)/\(setup.model).onnx")
      classifiers[setup.model] = classifier
      // Both libraries face the same run.
      let key = "\(setup.model) \(setup.attack) \(setup.steps) \(setup.relativeStep) \(setup.epsilon)"
      let outcome = try own[key] ?? Self.run(setup, on: classifier, images, labels)
      own[key] = outcome
      // Foolbox and torchattacks attack misclassified images too, and judge the last step alone.
      var (count, other, otherAtEnd) = (0, 0, 0)
      for row in outcomes[setup]! {
        let (index, label) = (Int(row[7])!, Int(row[8])!)
        let account = outcome.accounts[index]
        let isRobust = account.attacked && !account.succeeded
        count += 1
        if isRobust != (row[11] == "0") { other += 1 }
        if isRobust != (Int(row[10])! == label) { otherAtEnd += 1 }
      }
      compared += count
      differing += other
      let level = (setup.epsilon * 255).rounded()
      table +=
        "| \(setup.model) | \(setup.toolkit) | \(setup.attack) | \(Int(level)) | \(count) | \(other) | \(otherAtEnd) |\n"
    }
    table += "\n\(differing) of \(compared) outcomes differ.\n"
  }

  private static func run(
    _ setup: Setup, on classifier: ONNXClassifier, _ images: Tensor, _ labels: [Int]
  ) throws -> AttackOutcome {
    let steps = Steps.relative(count: setup.steps, relativeSize: setup.relativeStep)
    let attack: any Attack =
      switch setup.attack {
      case "fgsm": FGSM()
      case "bim": BIM(steps: steps)
      default: PGD(steps: steps, startsAtRandom: false)
      }
    return try attack.run(
      on: classifier, images: images, labels: labels, goal: .untargeted, norm: LInfinity(), budgets: [setup.epsilon])[0]
  }
}
