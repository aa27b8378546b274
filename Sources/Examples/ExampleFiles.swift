import Files
import Models
import Runs
import Sweeps
import Tensors

/// What is in the files of examples: those of a batch, whichever its place among the others.
struct ExampleFiles: Sendable {
  let pictures: ExamplePictures
  let options: ExampleExport.Options
  let folder: ExportFolder

  /// Writes the files of `examples` if each has its own, reads them back, and asks their `classifier` about what is in them.
  func files(_ examples: [Example], _ classifier: any Classifier) throws -> [Example.File] {
    let levels = examples.map { pictures.levels(of: $0.image, $0.record, at: $0.position) }
    let read = try zip(examples, levels).map { example, levels -> ExamplePictures.Read in
      var levels = levels
      if options.format == .png {
        let path = pictures.paths.path(of: example.record)
        try folder.write(pictures.png(levels), to: path)
        let file = folder.path(of: path)
        let data = try FileReader.contents(of: file, limit: 1 << 28)
        levels = try pictures.levels(in: data, path: file, remedy: "export it again")
      }
      let pixels = options.holdsLevels ? levels.map { Float($0) / 255 } : example.image.scalars
      return (example.record, example.position, pixels)
    }
    return zip(levels, pictures.verdicts(read, classifier)).map { Example.File(levels: $0, verdict: $1) }
  }
}
