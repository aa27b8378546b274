import Arrays
import Diagnostics
import Foundation

/// The classes of images, one integer each: `[count]` or `[count, 1]`.
struct ClassLabels {
  private let file: ArrayFile
  private let path: String

  init(_ file: ArrayFile, path: String) {
    self.file = file
    self.path = path
  }

  /// More bytes of labels are read only if there is one number an image.
  private static let largestMatrix = 1 << 26

  /// The class of each of `count` images, below `classCount` if that is known.
  /// - Throws: `InputError(.dataset)` that says what the labels are instead, and what turns them into classes.
  func read(count: Int, classCount: Int?) throws -> [Int] {
    let shape = file.shape
    guard shape == [count] || shape == [count, 1] else { throw try wrongShape(count) }
    guard let values = try integers() else {
      throw refusal("a label is larger than any class can be", "check that these are the labels of these images")
    }
    let limit = classCount ?? ArrayDataset.maximumClassCount
    guard let wrong = values.firstIndex(where: { !(0..<limit).contains($0) }) else { return values }
    throw outOfRange(wrong, values, limit: limit, isKnown: classCount != nil)
  }

  /// The labels if each fits into `Int`.
  private func integers() throws -> [Int]? {
    let array = try file.array()
    guard file.element != .bool else {
      throw refusal("its labels are bool", "number the two classes, y being the labels: `y = y.astype(\"int64\")`")
    }
    guard let numbers = array.doubles else { return array.integers }
    if let broken = numbers.firstIndex(where: { $0.rounded() != $0 || !$0.isFinite }) {
      throw refusal(
        "its labels are \(file.element.name), and label \(broken) is \(numbers[broken]), no whole number",
        "save one integer per image, the number of its class")
    }
    throw refusal(
      "its labels are \(file.element.name), not integers", "y being the labels: `y = y.astype(\"int64\")`")
  }

  private func wrongShape(_ count: Int) throws -> InputError {
    let shape = file.shape
    guard shape.count == 2, shape[0] == count, shape[1] > 1 else {
      if shape.count <= 2, let given = shape.first, shape.count == 1 || shape[1] == 1 {
        return refusal(
          "its labels are \(file.element.name) of shape \(shape), for \(count) images: \(given) and \(count) do not go "
            + "together", "save as many labels as images, in the same order")
      }
      return refusal(
        "its labels are \(file.element.name) of shape \(shape), for \(count) images", "save one integer per image")
    }
    let what = "its labels are \(file.element.name) of shape \(shape), \(shape[1]) numbers for each image"
    guard file.count * file.element.size <= Self.largestMatrix else {
      return refusal(what, "save one integer per image, the number of its class")
    }
    let array = try file.array()
    let values = array.doubles ?? array.integers?.map { Double($0) } ?? []
    let isOneHot =
      !values.isEmpty && values.allSatisfy { $0 == 0 || $0 == 1 }
      && stride(from: 0, to: values.count, by: shape[1]).allSatisfy { values[$0..<$0 + shape[1]].reduce(0, +) == 1 }
    if isOneHot {
      return refusal(
        what + ": a 1 at the place of its class (one-hot)", "y being the labels: `y = y.argmax(1)`")
    }
    return refusal(
      what, "save one integer per image; if they are scores, y being these: `y = y.argmax(1)`")
  }

  private func outOfRange(_ wrong: Int, _ values: [Int], limit: Int, isKnown: Bool) -> InputError {
    let problem = "label \(wrong) is \(values[wrong]), and the classes are 0 to \(limit - 1)"
    let (least, most) = (values.min()!, values.max()!)
    if least >= 1, isKnown, most == limit {
      return refusal(problem, "they count from 1; y being the labels: `y = y - 1`")
    }
    if least == -1, most == 1, !values.contains(0) {
      return refusal(problem, "the two classes are -1 and 1; y being the labels: `y = (y > 0).astype(\"int64\")`")
    }
    if least < 0, most < limit {
      return refusal(
        problem,
        "if a negative number stands for no label, leave these images out, x being the images and y the labels: "
          + "`keep = y.reshape(-1) >= 0; x, y = x[keep], y[keep]`")
    }
    return refusal(
      problem,
      "check that these are the labels of these images" + (isKnown ? ", and that the model is for as many classes" : "")
    )
  }

  private func refusal(_ problem: String, _ remedy: String) -> InputError {
    InputError(.dataset, path, problem, remedy: remedy)
  }
}
