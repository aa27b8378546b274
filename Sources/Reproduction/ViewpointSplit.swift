public import Datasets
import Diagnostics

/// Familiar and novel viewpoints (Hinton, Sabour & Frosst 2018, §5.1), in the codes of the `-info` files.
public enum ViewpointSplit: String, CaseIterable, Sendable {
  /// Trained on azimuths of 300, 320, 340, 0, 20 and 40 degrees; novel are 60 to 280.
  case azimuth
  /// Trained on the three lowest elevations; novel are the six others.
  case elevation

  /// A code of azimuth is 10°, and only even ones exist; a code of elevation is 5° above 30°.
  public var familiarCodes: [Int] {
    switch self {
    case .azimuth: [30, 32, 34, 0, 2, 4]
    case .elevation: [0, 1, 2]
    }
  }

  public var novelCodes: [Int] {
    switch self {
    case .azimuth: Array(stride(from: 6, through: 28, by: 2))
    case .elevation: Array(3...8)
    }
  }

  /// The images of `dataset` from viewpoints that training shows.
  /// - Throws: `InputError` of kind `dataset` if there are none.
  public func familiar(_ dataset: Dataset) throws -> Dataset { try subset(dataset, familiarCodes, "familiar") }

  /// The images from viewpoints that training does not show.
  public func novel(_ dataset: Dataset) throws -> Dataset { try subset(dataset, novelCodes, "novel") }

  private func subset(_ dataset: Dataset, _ codes: [Int], _ what: String) throws -> Dataset {
    let codes = Set(codes)
    let viewpoints = dataset.viewpoints ?? []
    let positions = viewpoints.indices.filter {
      codes.contains(self == .azimuth ? viewpoints[$0].azimuth : viewpoints[$0].elevation)
    }
    guard !positions.isEmpty else {
      throw InputError(
        .dataset, dataset.name,
        "none of its \(dataset.count) \(dataset.split.rawValue) images has a \(what) \(rawValue), code "
          + codes.sorted().map(String.init).joined(separator: ", "),
        remedy: "use the whole of smallNORB or ToyNORB: \(Setting.dataset.set(to: "smallnorb-48")) or toynorb-48")
    }
    return dataset.subset(at: positions)
  }
}
