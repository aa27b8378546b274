import ArgumentParser
import Datasets
import Diagnostics
import Figures
import Foundation
import Reports
import Runs
import ToyNORB

/// Where images come from.
struct DatasetOptions: ParsableArguments {
  @Option(
    help: "Where data sets lie: a folder of their files, or one that holds mnist/, smallnorb/, cifar-10/ and so on.",
    completion: .directory)
  var data: String?

  /// The images that `text` asks for: of a data set by name, or of a file or folder, under another name if it is NAME=PATH.
  ///
  /// - Parameter fit: what makes pictures of several sizes images of one.
  func load(_ text: String?, split: Dataset.Split, classCount: Int? = nil, fit: ImageFit? = nil) throws -> Dataset {
    let chosen = NamedPath(text ?? DatasetCatalog.defaultName)
    let images = try catalog.load(chosen.value, split: split, classCount: classCount, fit: fit)
    for note in images.notes { Notice.show("\(images.name): \(note)") }
    guard let name = chosen.name else { return images }
    guard images.source != nil else {
      throw InputError(
        .usage, "--dataset \(chosen.name!)=\(chosen.value)", "\(chosen.value) is a data set with a name of its own",
        remedy: "write --dataset \(chosen.value)")
    }
    return images.named(name)
  }

  /// Renders what can be rendered when it is asked for and found nowhere, and says so, as it does of many pictures.
  var catalog: DatasetCatalog {
    let progress = ProgressLine()
    let began = Date()
    return DatasetCatalog(
      data: data, providers: [ToyNORB.Provider()],
      rendering: { split, share in
        Interruption.watchUnlessWatching("what is rendered is dropped.")
        progress.show("rendering \(ToyNORB.name) (\(split.rawValue)), once", share: share)
        if share >= 1 { progress.clear() }
        try Interruption.check()
      },
      reading: { share in
        // What is soon done needs no line.
        if Date().timeIntervalSince(began) > 2 {
          progress.show("reading pictures", share: share)
          if share >= 1 { progress.clear() }
        }
        try Interruption.check()
      })
  }
}

/// How many threads work.
struct ThreadOptions: ParsableArguments {
  @Option(help: "How many threads work; results do not depend on it. Default: one per core.")
  var threads: Int?

  func resolved() throws -> Int {
    let count = threads ?? ProcessInfo.processInfo.activeProcessorCount
    guard (1...1024).contains(count) else {
      throw InputError(.usage, "--threads", "\(count)", remedy: "use 1 or more, for example --threads 2")
    }
    return count
  }
}

/// In which formats figures are written.
struct FigureOptions: ParsableArguments {
  @Option(
    help: """
      Formats of the figures, separated by commas: svg, which is always written, pdf and png, which need rsvg-convert \
      (librsvg). Default: svg.
      """)
  var figures: String?

  func formats() throws -> FigureFormats? { try figures.map { try FigureFormats(parsing: $0) } }

  /// - Throws: `InputError(.usage)` for an unknown format, or if rsvg-convert is needed and not there.
  func renderer() throws -> FigureRenderer { try FigureRenderer(formats()) }
}

extension CaseIterable where Self: RawRepresentable, RawValue == String {
  /// The case called `text`, in capitals or not.
  static func parse(_ text: String, option: String, what: String) throws -> Self {
    let vocabulary = Vocabulary(what, names: allCases.map(\.rawValue))
    return Self(rawValue: try vocabulary.name(for: text, .usage, option))!
  }
}

extension Dataset.Split {
  /// The split called `text`, here or elsewhere.
  static func parse(_ text: String, option: String, what: String) throws -> Dataset.Split {
    Dataset.Split(rawValue: try vocabulary.name(for: text, .usage, option))!
  }
}
