import Attacks
import Figures
import Files
public import Foundation
import Runs
import Statistics
public import Sweeps
import Text

/// What a search for the smallest ε found, as text, CSV, JSON and histograms.
public enum MinimumReport {
  /// Median and quantiles by model and attack.
  ///
  /// - Parameter width: the columns of a line.
  public static func text(_ summary: MinimumSummary, width: Int = 80) -> String {
    let maximum = summary.configuration.maximum.text
    var rows: [[String]?] = [
      ["model", "attack", "right before", "beaten", "10%", "25%", "median", "95% interval", "75%", "90%"], nil,
    ]
    let names = names(summary)
    for result in summary.results {
      let quantiles = result.quantiles
      func text(_ value: Float?) -> String {
        result.trials == 0 ? "–" : value.map(epsilon) ?? "> \(maximum)"
      }
      let median = quantiles.first { $0.probability == 0.5 }
      let cells = [0.1, 0.25, 0.5, 0.75, 0.9].map { p in text(quantiles.first { $0.probability == p }?.value) }
      let interval =
        median.map { $0.upper == nil ? "≥ \(epsilon($0.lower))" : "\(epsilon($0.lower))–\(text($0.upper))" } ?? "–"
      rows.append(
        [
          names.models[result.modelIndex], names.attacks[result.attackIndex], "\(result.trials) of \(result.count)",
          "\(result.beaten)",
        ] + cells[..<3] + [result.trials == 0 ? "–" : interval] + cells[3...])
    }
    let legend = """
      The smallest ε, up to \(maximum) and to within \(summary.configuration.tolerance), at which the attack really beat \
      each image that was right before; the others count as above \(maximum). Where success is not monotone in ε, as with a \
      single step, it is one crossing from failure to success, and not always the first.
      """
    let notes = [legend] + overshooting(summary, names)
    return TextTable.aligned(rows, flushRight: 2..., width: width) + "\n"
      + notes.map { TextLines.wrapped($0, width: width).joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  /// How many images withstand a larger ε than one that beat them, a sentence for each attack that was tried at larger ones.
  private static func overshooting(_ summary: MinimumSummary, _ names: Names) -> [String] {
    summary.results.compactMap { result in
      result.failedAgain.map { failed in
        "\(names.models[result.modelIndex]), \(names.attacks[result.attackIndex]): \(failed) of the \(result.beaten) images "
          + "beaten withstand a larger ε again, of those tried."
      }
    }
  }

  /// `minimum.csv`: one line per model, image and attack.
  public static func csv(_ summary: MinimumSummary, _ records: [MinimumRecord]) -> String {
    let header = [
      "model", "attack", "attack_parameters", "goal", "target", "image", "label", "clean_prediction", "status",
      "epsilon", "epsilon_text", "failed_epsilon", "prediction", "linf", "l2", "forwards", "backwards",
      "failed_again_epsilon",
    ]
    let run = run(summary)
    let models = run.distinctModelNames
    let attacks = run.attacks.map(\.columns)
    let rows = records.map { record -> [String] in
      var row = [models[record.model]] + attacks[record.attack]
      row += [run.goals[0].rawValue, record.target.map(String.init) ?? "", "\(record.image)", "\(record.label)"]
      row += ["\(record.cleanPrediction)", record.status.rawValue]
      row += record.epsilon.map { run.columns(ofBudget: $0) } ?? ["", ""]
      row += [run.columns(ofBudget: record.failedEpsilon)[0], "\(record.prediction)"]
      row +=
        ["linf", "l2"].map { record.distances[$0].map { "\($0)" } ?? "" } + [
          "\(record.forwards)", "\(record.backwards)",
        ]
      row += [record.failedAgainEpsilon.map { run.columns(ofBudget: $0)[0] } ?? ""]
      return row
    }
    return CSV.text([header] + rows)
  }

  /// `minimum.json`: the configuration and the quantiles.
  public static func json(_ summary: MinimumSummary) throws -> Data {
    try JSONEncoder.readable.encode(summary) + Data("\n".utf8)
  }

  /// The histogram of one model under one attack.
  public static func histogram(
    _ summary: MinimumSummary, _ result: MinimumSummary.Result, _ records: [MinimumRecord]
  ) -> String {
    let maximum = summary.configuration.maximum
    let own = records.filter { ($0.model, $0.attack) == (result.modelIndex, result.attackIndex) }
    let names = names(summary)
    let title =
      "\(names.models[result.modelIndex]), \(names.attacks[result.attackIndex]): smallest ε of \(result.trials) images"
    let median = result.quantiles.first { $0.probability == 0.5 }?.value
    let histogram = Histogram(
      title: title, xLabel: "smallest ε that beats the image, \(summary.configuration.norm.unit)", yLabel: "images",
      maximum: Double(maximum.value),
      counts: Histogram.counts(own.compactMap(\.epsilon), maximum: maximum.value, bins: 40),
      beyond: (label: "> \(maximum.text)", count: result.trials - result.beaten),
      mark: median.map { (Double($0), "median \(epsilon($0))") })
    return histogram.svg(width: 760, height: 360)
  }

  /// Writes `minimum.csv`, `minimum.json` and a histogram per model and attack.
  ///
  /// - Returns: the names of the files.
  /// - Throws: `InputError` of kind `.output` if a file can't be written.
  @discardableResult
  public static func write(
    _ summary: MinimumSummary, _ records: [MinimumRecord], to directory: URL
  ) throws -> [String] {
    var files = [("minimum.csv", Data(csv(summary, records).utf8)), ("minimum.json", try json(summary))]
    for (index, result) in summary.results.enumerated() {
      files.append(("minimum-\(index + 1).svg", Data(histogram(summary, result, records).utf8)))
    }
    for (name, data) in files { try AtomicFile.write(data, to: directory.appending(path: name).path) }
    return files.map(\.0)
  }

  private static func names(_ summary: MinimumSummary) -> Names { Names(run(summary)) }

  /// A run of the same models and attacks, for what they are called.
  private static func run(_ summary: MinimumSummary) -> RunConfiguration {
    let configuration = summary.configuration
    return RunConfiguration(
      models: configuration.models, dataset: configuration.dataset, attacks: configuration.attacks,
      norm: configuration.norm, goals: [configuration.goal], budgets: [configuration.maximum], seed: configuration.seed,
      toolVersion: configuration.toolVersion)
  }

  /// Four decimals: a fortieth of a step of an 8-bit image.
  private static func epsilon(_ value: Float) -> String { NumberFormat.short(Double(value), 4) }
}
