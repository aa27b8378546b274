import Arrays
import Files
import Foundation
import Tensors

/// The three files of one split of smallNORB, or of ToyNORB: stereo pairs, their classes, and their viewpoints.
struct SmallNORBFiles: SplitFiles {
  let images: String
  let classes: String
  let viewpoints: String

  /// The toys of each class that belong to `split`: no toy is in both.
  static func instances(of split: Dataset.Split) -> [Int] { split == .train ? [4, 6, 7, 8, 9] : [0, 1, 2, 3, 5] }

  /// What the names of the files begin with: nobody shall take what was rendered for photographs.
  enum Prefix: String {
    case smallNORB = "smallnorb"
    case toyNORB = "toynorb"
  }

  /// The official names, such as `smallnorb-5x46789x9x18x6x2x96x96-training-dat.mat`.
  private static func names(_ split: Dataset.Split, _ prefix: Prefix) -> [String] {
    let toys = instances(of: split).map(String.init).joined()
    let stem = "\(prefix.rawValue)-5x\(toys)x9x18x6x2x96x96-\(split == .train ? "training" : "testing")"
    return ["dat", "cat", "info"].map { "\(stem)-\($0).mat" }
  }

  /// The files of `split` in `folder` under their official names, plain, `.gz` or `.zst`; `nil` if there are none.
  /// - Throws: `InputError(.dataset)` if some of the three are there, but not all.
  init?(_ split: Dataset.Split, in folder: String, prefix: Prefix = .smallNORB) throws {
    let names = Self.names(split, prefix)
    let found = names.map { Self.find("\(folder)/\($0)") }
    guard let any = found.compactMap({ $0 }).first else { return nil }
    if let missing = found.firstIndex(of: nil) {
      throw InputError(
        .dataset, folder, "holds \(any) but no \(names[missing])",
        remedy: "put \(names[missing]), plain, .gz or .zst, beside it")
    }
    (images, classes, viewpoints) = (found[0]!, found[1]!, found[2]!)
  }

  /// Writes `dataset` to `folder`, which is made if need be, under the official names and `suffix`: none, or `.zst`.
  /// - Precondition: its images are pairs, and it has viewpoints.
  /// - Throws: `InputError(.output)` if a file can't be written.
  static func write(_ dataset: Dataset, to folder: String, prefix: Prefix, suffix: String = "") throws {
    guard let viewpoints = dataset.viewpoints, dataset.shape[0] == 2 else {
      preconditionFailure("SmallNORBFiles.write: \(dataset.name) has no pairs with viewpoints")
    }
    func matrix(_ values: [Int], _ shape: [Int]) -> NumericArray {
      NumericArray(.int32, shape: shape, bytes: values.map { Int32($0).littleEndian }.withUnsafeBytes { Data($0) })
    }
    let codes = viewpoints.flatMap { [$0.instance, $0.elevation, $0.azimuth, $0.lighting] }
    let pixels = NumericArray(
      .uint8, shape: [dataset.count] + dataset.shape.dimensions,
      bytes: dataset.labels.indices.reduce(into: Data(capacity: dataset.count * dataset.shape.count)) {
        $0.append(contentsOf: dataset.pixels(at: $1))
      })
    let arrays = [pixels, matrix(dataset.labels, [dataset.count]), matrix(codes, [dataset.count, 4])]
    try CacheFolder.make(folder)
    for (name, array) in zip(names(dataset.split, prefix), arrays) {
      try NORBMatrix.write(array, to: PathParts.join(folder, name + suffix))
    }
  }

  func load(_ known: KnownDataset, _ split: Dataset.Split) throws -> Dataset {
    let pairs = try NORBMatrix.readFile(images)
    let shape = pairs.array.shape
    guard pairs.array.element == .uint8, shape.count == 4, shape[1] == 2 else {
      throw Self.mismatch(images, pairs.array, "uint8 of shape [count, 2, rows, columns]")
    }
    let labels = try NORBMatrix.readFile(classes)
    guard labels.array.element == .int32, labels.array.shape == [shape[0]] else {
      throw Self.mismatch(classes, labels.array, "int32 of shape [\(shape[0])], one class for each pair")
    }
    let values = labels.array.integers!
    if let wrong = values.firstIndex(where: { !known.classNames.indices.contains($0) }) {
      throw InputError(
        .dataset, classes, "class \(wrong) is \(values[wrong]), and the classes are 0 to \(known.classNames.count - 1)",
        remedy: "check that these are the classes of this data set")
    }
    let codes = try NORBMatrix.readFile(viewpoints)
    guard codes.array.element == .int32, codes.array.shape == [shape[0], 4] else {
      throw Self.mismatch(viewpoints, codes.array, "int32 of shape [\(shape[0]), 4], one viewpoint for each pair")
    }
    return Dataset(
      name: known.name, split: split, shape: [2, shape[2], shape[3]], bytes: pairs.array.bytes, labels: values,
      viewpoints: try viewpoints(codes.array.integers!, split), classNames: known.classNames,
      sha256: Checksum.sha256(of: pairs.file, labels.file, codes.file), attribution: known.attribution)
  }

  /// Each row's instance, elevation, azimuth and lighting.
  private func viewpoints(_ codes: [Int], _ split: Dataset.Split) throws -> [Viewpoint] {
    let instances = Self.instances(of: split)
    return try stride(from: 0, to: codes.count, by: 4).map { i in
      let viewpoint = Viewpoint(
        instance: codes[i], elevation: codes[i + 1], azimuth: codes[i + 2], lighting: codes[i + 3])
      if let problem = viewpoint.problem {
        throw InputError(
          .dataset, viewpoints,
          "row \(i / 4) says \(problem); instances are 0 to 9, elevations 0 to 8, azimuths 0, 2, … 34, lightings 0 to 5",
          remedy: "get the file again")
      }
      guard instances.contains(viewpoint.instance) else {
        throw InputError(
          .dataset, viewpoints,
          "row \(i / 4) is of instance \(viewpoint.instance), and the \(split.rawValue) split has the instances "
            + instances.map(String.init).joined(separator: ", "),
          remedy: "check that the files of the two splits have their own names")
      }
      return viewpoint
    }
  }

  private static func mismatch(_ path: String, _ array: NumericArray, _ expected: String) -> InputError {
    InputError(
      .dataset, path, "holds \(array.element.name) of shape \(array.shape), not \(expected)",
      remedy: "get all three files from the same place")
  }
}
