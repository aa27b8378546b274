import Arrays
import Diagnostics
import Files
import Foundation
import Tensors

/// Three binary matrices that belong together: stereo pairs, their classes and their viewpoints.
package struct NORBPart {
  let images: String
  let classes: String
  let viewpoints: String

  /// The toys of each class that belong to `split`: no toy is in both.
  package static func instances(of split: Dataset.Split) -> [Int] {
    split == .train ? [4, 6, 7, 8, 9] : [0, 1, 2, 3, 5]
  }

  /// What the names of the files of `split` have in common, such as `5x46789x9x18x6x2x96x96-training`, for images of
  /// `side` × `side` pixels.
  static func stem(_ split: Dataset.Split, side: Int) -> String {
    let toys = instances(of: split).map(String.init).joined()
    return "5x\(toys)x9x18x6x2x\(side)x\(side)-\(split == .train ? "training" : "testing")"
  }

  /// The files `STEM-dat.mat`, `STEM-cat.mat` and `STEM-info.mat` in `folder`, plain, `.gz` or `.zst`; `nil` if there are
  /// none.
  /// - Throws: `InputError(.dataset)` if some of the three are there, but not all.
  init?(_ stem: String, in folder: String) throws {
    let names = ["dat", "cat", "info"].map { "\(stem)-\($0).mat" }
    let found = names.map { SmallNORBFiles.find("\(folder)/\($0)") }
    guard let any = found.compactMap({ $0 }).first else { return nil }
    if let missing = found.firstIndex(of: nil) {
      throw InputError(
        .dataset, folder, "holds \(any) but no \(names[missing])",
        remedy: "put \(names[missing]), plain, .gz or .zst, beside it")
    }
    (images, classes, viewpoints) = (found[0]!, found[1]!, found[2]!)
  }

  /// What the files hold.
  struct Contents {
    /// `[2, rows, columns]`.
    let shape: Shape
    let pixels: Data
    let labels: [Int]
    let viewpoints: [Viewpoint]
    /// The decompressed files: images, classes, viewpoints.
    let files: [Data]
  }

  /// - Parameters:
  ///   - fields: how many numbers a row of the viewpoints has; the first four are a viewpoint's.
  ///   - blank: the class of pairs that show no toy, whose viewpoints mean nothing.
  /// - Throws: `InputError` if a file can't be read, is not of its format, or does not belong to the others.
  func read(_ split: Dataset.Split, classCount: Int, fields: Int, blank: Int? = nil) throws -> Contents {
    let pairs = try NORBMatrix.readFile(images)
    let shape = pairs.array.shape
    guard pairs.array.element == .uint8, shape.count == 4, shape[1] == 2, shape[0] <= ImageLayout.maximumCount else {
      throw mismatch(images, pairs.array, "uint8 of shape [count, 2, rows, columns]")
    }
    let labels = try NORBMatrix.readFile(classes)
    guard labels.array.element == .int32, labels.array.shape == [shape[0]] else {
      throw mismatch(classes, labels.array, "int32 of shape [\(shape[0])], one class for each pair")
    }
    let values = labels.array.integers!
    if let wrong = values.firstIndex(where: { !(0..<classCount).contains($0) }) {
      throw InputError(
        .dataset, classes, "class \(wrong) is \(values[wrong]), and the classes are 0 to \(classCount - 1)",
        remedy: "check that these are the classes of this data set")
    }
    let codes = try NORBMatrix.readFile(viewpoints)
    // Some of the further fields are no whole numbers.
    let isNumeric = codes.array.element == .int32 || (fields > 4 && codes.array.element.isFloat)
    guard isNumeric, codes.array.shape == [shape[0], fields] else {
      throw mismatch(
        viewpoints, codes.array, "int32 of shape [\(shape[0]), \(fields)], one viewpoint for each pair")
    }
    let numbers = codes.array.integers ?? codes.array.doubles!.map { Int(exactly: $0) ?? -1 }
    let rows = (0..<shape[0]).map { row in
      let i = row * fields
      return Viewpoint(
        instance: numbers[i], elevation: numbers[i + 1], azimuth: numbers[i + 2], lighting: numbers[i + 3])
    }
    for (row, viewpoint) in rows.enumerated() where values[row] != blank { try check(viewpoint, row, split) }
    return Contents(
      shape: [2, shape[2], shape[3]], pixels: pairs.array.bytes, labels: values, viewpoints: rows,
      files: [pairs.file, labels.file, codes.file])
  }

  private func check(_ viewpoint: Viewpoint, _ row: Int, _ split: Dataset.Split) throws {
    if let problem = viewpoint.problem {
      throw InputError(
        .dataset, viewpoints,
        "row \(row) says \(problem); instances are 0 to 9, elevations 0 to 8, azimuths 0, 2, … 34, lightings 0 to 5",
        remedy: "get the file again")
    }
    let instances = Self.instances(of: split)
    guard instances.contains(viewpoint.instance) else {
      throw InputError(
        .dataset, viewpoints,
        "row \(row) is of instance \(viewpoint.instance), and the \(split.rawValue) split has the instances "
          + instances.map(String.init).joined(separator: ", "),
        remedy: "check that the files of the two splits have their own names")
    }
  }

  private func mismatch(_ path: String, _ array: NumericArray, _ expected: String) -> InputError {
    InputError(
      .dataset, path, "holds \(array.element.name) of shape \(array.shape), not \(expected)",
      remedy: "get all three files from the same place")
  }
}
