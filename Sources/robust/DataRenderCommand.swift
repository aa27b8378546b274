import ArgumentParser
import Datasets
import Diagnostics
import Files
import Imaging
import ToyNORB

struct DataRenderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "render",
    abstract: "Render ToyNORB, a synthetic stand-in for smallNORB, into files.",
    discussion: """
      48,600 stereo pairs of toys made of balls, bars and boxes: 5 classes × 10 toys × 9 elevations × 18 azimuths × 6 \
      lightings, split by toy as smallNORB is, in smallNORB's file format. Takes minutes and about 0.2 GB; the same \
      version of robust renders the same bytes on every machine. Commands that are given --dataset toynorb do this by \
      themselves once, into the cache: $ROBUST_CACHE, else the user's cache folder.

      Examples:
        robust data render toynorb
        robust data render toynorb --sheet toys.png
      """)

  @Argument(help: "What to render: toynorb.", completion: .list([ToyNORB.name]))
  var name: String

  @Option(name: [.short, .long], help: "The folder to write to. Default: the cache.", completion: .directory)
  var output: String?

  @Option(
    help: "Write one picture of each toy to this PNG file instead; an earlier one is replaced, any other is not.",
    completion: .file(extensions: ["png"]))
  var sheet: String?

  @OptionGroup var threading: ThreadOptions

  func run() throws {
    let name = try Vocabulary("synthetic data set", names: [ToyNORB.name]).name(for: name, .usage, "data render")
    if let sheet {
      try OutputFile(sheet, option: "--sheet", replacing: .toySheet)
      try AtomicFile.write(PNG.encode(ToyNORB.contactSheet()), to: sheet)
      print(PrintableText.line("wrote \(sheet)"))
      return
    }
    let folder = output ?? ToyNORB.cacheFolder()
    try ToyNORB.checkOutput(folder)
    let progress = ProgressLine()
    Interruption.watch("what is rendered is dropped.")
    try ToyNORB.write(to: folder, threads: try threading.resolved()) { split, share in
      progress.show("rendering \(name) (\(split.rawValue))", share: share)
      try Interruption.check()
    }
    progress.clear()
    print(PrintableText.line("wrote \(folder)"))
  }
}
