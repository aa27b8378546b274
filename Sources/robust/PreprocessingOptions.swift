import ArgumentParser
import Classifiers
import Datasets
import Diagnostics
import ONNX

/// What is done to images before models of other programs that do not do it themselves.
struct PreprocessingOptions: ParsableArguments {
  @Option(
    help: """
      For ONNX models, resize images first: 256, the shorter side, or ROWSxCOLUMNS. What these options do is inside the model: \
      ε stays in the unit of the pixels of the data set. Only pictures of several sizes are resized (and cropped) as they are \
      read, for any model.
      """)
  var resize: String?

  @Option(help: "For ONNX models, then cut out the middle: 224, or ROWSxCOLUMNS.")
  var crop: String?

  @Option(
    parsing: .unconditional, help: "For ONNX models, what black and white become: 0:255, or -1:1. Default: 0:1.")
  var range: String?

  @Option(
    help: """
      For ONNX models, the channels: bgr reverses them, grey-to-rgb gives the only one of grey images three times.
      """, completion: .list(InputPreprocessing.channelVocabulary.names))
  var channels: String?

  @Option(
    parsing: .unconditional,
    help: "For ONNX models, subtract this from each channel, on the scale of --range: 0.485,0.456,0.406.")
  var mean: String?

  @Option(parsing: .unconditional, help: "For ONNX models, then divide each channel by this: 0.229,0.224,0.225.")
  var std: String?

  @Option(
    help: "How ONNX models take images, if their files do not tell: nchw or nhwc, channels first or last.",
    completion: .list(InputPreprocessing.layoutVocabulary.names))
  var layout: String?

  @Option(help: "The images that ONNX models take, if their files leave it open: 3x224x224.")
  var inputShape: String?

  /// What was asked for; nil if nothing was.
  /// - Throws: `InputError(.usage)` that names an option that has no meaning.
  func chosen() throws -> InputPreprocessing? {
    guard !given.isEmpty else { return nil }
    return try InputPreprocessing(
      resize: resize, crop: crop, range: range, channels: channels, mean: mean, std: std, layout: layout,
      inputShape: inputShape)
  }

  /// The same without what gives images another size.
  var withoutSize: Self {
    var rest = self
    (rest.resize, rest.crop) = (nil, nil)
    return rest
  }

  /// What `--resize` and `--crop` make of the pictures that `dataset` is the path of, if these are of several sizes: they are
  /// resized as they are read, and models are given them as they are; nil if that is left to the models.
  /// - Throws: `InputError` that names an option that has no meaning, or a file that is no sound picture.
  func fit(for dataset: String?, split: Dataset.Split, in data: DatasetOptions) throws -> ImageFit? {
    guard resize != nil || crop != nil, let dataset else { return nil }
    let steps = try InputPreprocessing(resize: resize, crop: crop)
    guard try data.catalog.mixesSizes(NamedPath(dataset).value, split: split) else { return nil }
    return steps.fit
  }

  /// As `differences(from:)` of models, for pictures that were resized as they were read.
  func differences(from recorded: ImageFit) throws -> [(option: String, given: String, recorded: String?)] {
    var sizes = self
    (sizes.range, sizes.channels, sizes.mean, sizes.std, sizes.layout, sizes.inputShape) = (
      nil, nil, nil, nil, nil, nil
    )
    return try sizes.differences(from: InputPreprocessing(recorded))
  }

  /// The options that were given.
  var given: [String] { values.compactMap { $1 == nil ? nil : $0 } }

  private var values: [(option: String, text: String?)] {
    [
      ("--resize", resize), ("--crop", crop), ("--range", range), ("--channels", channels), ("--mean", mean),
      ("--std", std), ("--layout", layout), ("--input-shape", inputShape),
    ]
  }

  /// The options that were given and mean something else than what was `recorded`, each with its value there and here.
  func differences(from recorded: InputPreprocessing?) throws -> [(option: String, given: String, recorded: String?)] {
    guard let chosen = try chosen() else { return [] }
    let (mine, theirs) = (Self.texts(chosen), Self.texts(recorded ?? InputPreprocessing()))
    return values.compactMap { option, text in
      guard let text, mine[option] != theirs[option] else { return nil }
      return (option, text, theirs[option])
    }
  }

  /// By option, what the preprocessing has for it; as options are written.
  private static func texts(_ steps: InputPreprocessing) -> [String: String] {
    func list(_ numbers: [Double]?) -> String? { numbers.map { $0.map { "\($0)" }.joined(separator: ",") } }
    let texts: [(String, String?)] = [
      ("--resize", steps.resize?.description),
      ("--crop", steps.crop.map { "\($0.rows)x\($0.columns)" }), ("--range", steps.range?.description),
      ("--channels", steps.channels?.rawValue), ("--mean", list(steps.mean)), ("--std", list(steps.std)),
      ("--layout", steps.layout?.rawValue), ("--input-shape", steps.inputShape?.description),
    ]
    return Dictionary(uniqueKeysWithValues: texts.compactMap { option, text in text.map { (option, $0) } })
  }
}

extension InputPreprocessing {
  /// What `resize` and `crop` make of pictures as they are read.
  fileprivate var fit: ImageFit {
    func size(_ size: ImageSize) -> ImageFit.Size { .init(rows: size.rows, columns: size.columns) }
    return switch resize {
    case .shorterSide(let side): ImageFit(shorterSide: side, crop: crop.map(size))
    case .exactly(let exact): ImageFit(size: size(exact), crop: crop.map(size))
    case nil: ImageFit(crop: crop.map(size))
    }
  }

  fileprivate init(_ fit: ImageFit) {
    func size(_ size: ImageFit.Size) -> ImageSize { ImageSize(rows: size.rows, columns: size.columns) }
    self.init()
    resize = fit.shorterSide.map { .shorterSide($0) } ?? fit.size.map { .exactly(size($0)) }
    crop = fit.crop.map(size)
  }
}
