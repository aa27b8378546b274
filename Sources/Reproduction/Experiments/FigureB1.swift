import Datasets
import Imaging
import Tensors

/// Figure B.1: the toys from different sides.
struct FigureB1: Experiment {
  let id = "figure-b1"
  let title = "Figure B.1: images from different viewpoints"
  let published =
    "The first row shows images at azimuth 0 and elevation 0, the second a set of images at a higher elevation and another "
    + "azimuth."

  func run(_ context: ReproductionContext) throws -> ExperimentResult {
    let images = try context.wholeTest()
    try context.requireViewpoints(images, for: id)
    let places = Dictionary(
      zip(images.labels, images.viewpoints!).enumerated().map { (Place($0.element.0, $0.element.1), $0.offset) },
      uniquingKeysWith: { first, _ in first })
    // Of each class the first toy and the first light that there is, so that only the viewpoint changes.
    let toys = (0..<images.classCount).map { label in
      zip(images.labels, images.viewpoints!).filter { $0.0 == label }.map(\.1).min {
        ($0.instance, $0.lighting) < ($1.instance, $1.lighting)
      }
    }
    func picture(_ label: Int, _ elevation: Int, _ azimuth: Int) -> Bitmap? {
      guard let toy = toys[label] else { return nil }
      let viewpoint = Viewpoint(
        instance: toy.instance, elevation: elevation, azimuth: azimuth, lighting: toy.lighting)
      return places[Place(label, viewpoint)].map { images.picture(at: $0) }
    }
    let paper = [(0, 0), (6, 12)].map { elevation, azimuth in
      (0..<images.classCount).map { picture($0, elevation, azimuth) }
    }
    let azimuths = Array(stride(from: 0, through: 32, by: 4))
    let elevations = [0, 4, 8]
    let all = (0..<images.classCount).flatMap { label in
      elevations.map { elevation in azimuths.map { picture(label, elevation, $0) } }
    }
    let names = images.classNames.joined(separator: ", ")
    var figures: [ExperimentResult.Figure] = []
    func add(_ file: String, _ rows: [[Bitmap?]], scale: Int, _ caption: String) throws {
      guard rows.joined().contains(where: { $0 != nil }) else { return }
      try context.folder.write(PNG.encode(ImageGrid.compose(rows: rows, scale: scale, gap: 3)), to: file)
      figures.append(.init(file, caption: caption))
    }
    try add(
      "figure-b1.png", paper, scale: 3,
      "One toy of each class (\(names)): above at azimuth 0 and elevation 30°, below at azimuth 120° and elevation 60°. Left "
        + "image of each pair.")
    try add(
      "figure-b1-viewpoints.png", all, scale: 2,
      "The same toys at azimuths 0, 40, … 320° (columns); for each class (\(names)) elevations 30°, 50° and 70° (rows)."
    )
    return ExperimentResult(
      id: id, title: title, published: published, data: context.dataDescription([images]),
      differences: Array(context.commonDifferences(images).prefix(1)),
      findings: figures.isEmpty ? ["The sample has no image from any of these viewpoints."] : [], figures: figures)
  }

  /// One image of NORB.
  private struct Place: Hashable {
    let label: Int
    let viewpoint: Viewpoint

    init(_ label: Int, _ viewpoint: Viewpoint) {
      self.label = label
      self.viewpoint = viewpoint
    }
  }
}

extension Dataset {
  /// The image as a picture; of a stereo pair the left one.
  func picture(at position: Int) -> Bitmap { Bitmap(firstOf: pixels(at: position), shape: shape) }
}

extension Bitmap {
  /// The first of the images in `bytes` `[channels, rows, columns]`, in grey; all three channels of one in colour.
  init(firstOf bytes: [UInt8], shape: Shape) {
    let channels = shape[0] == 3 ? 3 : 1
    self.init(
      planar: Array(bytes.prefix(channels * shape[1] * shape[2])), shape: [channels, shape[1], shape[2]])
  }
}
