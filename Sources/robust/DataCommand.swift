import ArgumentParser
import Datasets
import Files
import Foundation
import Text

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "List the data sets that are found, or render a synthetic one.",
    subcommands: [DataListCommand.self, DataRenderCommand.self],
    defaultSubcommand: DataListCommand.self)
}

struct DataListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the data sets that are found, where, with counts and hashes.",
    discussion: """
      Data sets are MNIST and Fashion-MNIST as IDX files, smallNORB and NORB as binary matrices, CIFAR-10 and CIFAR-100 as binary \
      batches, under their official names, plain, .gz or .zst, looked for in --data DIR, in the folders of ROBUST_DATA (separated by \
      colons), and where Debian's package dataset-fashion-mnist puts them. A subset of Fashion-MNIST ships with robust. \
      ToyNORB, a synthetic stand-in for smallNORB, is rendered when it is first asked for, or by `robust data render`.

      Example: robust data --data ~/mnist
      """)

  @OptionGroup var data: DatasetOptions

  func run() throws {
    var rows = [["data set", "split", "images", "shape", "sha256", "where"]]
    var problems: [String] = []
    for entry in data.catalog.list() {
      switch entry.contents {
      case .success(let contents):
        rows.append([
          entry.name, entry.split.rawValue, contents.count.formatted, "\(contents.shape)",
          String(contents.sha256.prefix(12)), entry.path ?? "",
        ])
      case .failure(let error):
        rows.append([entry.name, entry.split.rawValue, "–", "–", "–", entry.path ?? "not found"])
        if entry.path != nil { problems.append("\(error)") }
      }
    }
    print(TextTable.aligned(rows, flushRight: 2...2, width: Terminal.outputWidth), terminator: "")
    for problem in problems { print("\n\(problem)") }
  }
}
