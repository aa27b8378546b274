import ArgumentParser
import Datasets

/// Which images of a data set with viewpoints are meant.
struct ViewpointOptions: ParsableArguments {
  @Option(help: "Only these azimuths, by code: 0, 2, … 34 stand for 0° to 340°. For example 30,32,34,0,2,4 or 6-28.")
  var azimuth: String?

  @Option(help: "Only these elevations, by code: 0 to 8 stand for 30° to 70°. For example 0-2.")
  var elevation: String?

  @Option(help: "Only these toys of each class, 0 to 9.")
  var instance: String?

  @Option(help: "Only these lightings, 0 to 5.")
  var lighting: String?

  /// What was asked for, if anything was.
  func selection() throws -> ViewpointSelection? {
    let selection = try ViewpointSelection(
      instance: instance, elevation: elevation, azimuth: azimuth, lighting: lighting)
    return selection.isEmpty ? nil : selection
  }

  /// The names of the options that were given.
  var given: [String] {
    [("--azimuth", azimuth), ("--elevation", elevation), ("--instance", instance), ("--lighting", lighting)]
      .compactMap { $1 == nil ? nil : $0 }
  }

  /// The images of `dataset` that were asked for.
  func apply(to dataset: Dataset) throws -> Dataset { try selection().map(dataset.subset(viewpoints:)) ?? dataset }
}
