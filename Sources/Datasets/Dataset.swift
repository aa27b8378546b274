public import Foundation
public import Tensors

/// Labelled images, held as bytes.
public struct Dataset: Sendable {
  /// What the images are for.
  public enum Split: String, Sendable, CaseIterable, Codable {
    case train, test
  }

  /// The name it is asked for by, such as `fashion-mnist`.
  public let name: String
  public let split: Split
  /// `[channels, rows, columns]` of every image.
  public let shape: Shape
  /// The class of each image.
  public let labels: [Int]
  /// The index of each image in the file of the original data set: what random numbers and records are keyed by.
  public let ids: [Int]
  /// The name of each class.
  public let classNames: [String]
  /// SHA-256 of the decompressed source: images file, then labels file. A subset keeps the hash of its source.
  public let sha256: String
  /// Who made it, and under which licence it is distributed.
  public let attribution: String
  /// All images, one after the other, `[image, channel, row, column]`.
  private let bytes: Data

  /// - Precondition: as many labels and ids as images in `bytes`; labels below the number of classes.
  public init(
    name: String, split: Split, shape: Shape, bytes: Data, labels: [Int], ids: [Int]? = nil, classNames: [String],
    sha256: String, attribution: String
  ) {
    let ids = ids ?? Array(labels.indices)
    precondition(
      shape.rank == 3 && labels.count * shape.count == bytes.count && ids.count == labels.count,
      "Dataset: \(bytes.count) bytes, \(labels.count) labels and \(ids.count) ids for images of \(shape)")
    precondition(labels.allSatisfy(classNames.indices.contains), "Dataset: a label is not in \(classNames.indices)")
    self.name = name
    self.split = split
    self.shape = shape
    self.bytes = bytes
    self.labels = labels
    self.ids = ids
    self.classNames = classNames
    self.sha256 = sha256
    self.attribution = attribution
  }

  /// The number of images.
  public var count: Int { labels.count }
  public var classCount: Int { classNames.count }

  /// The images at `positions`, as `[positions, channels, rows, columns]` of byte / 255.
  public func images(at positions: some Collection<Int>) -> Tensor {
    let size = shape.count
    return Tensor(uninitialized: shape.batched(positions.count)) { output in
      bytes.withUnsafeBytes { input in
        for (row, position) in positions.enumerated() {
          precondition(labels.indices.contains(position), "Dataset.images: \(position) of \(count)")
          for i in 0..<size { output[row * size + i] = Self.levels[Int(input[position * size + i])] }
        }
      }
    }
  }

  /// The bytes of one image, `[channels, rows, columns]`.
  public func pixels(at position: Int) -> [UInt8] {
    precondition(labels.indices.contains(position), "Dataset.pixels: \(position) of \(count)")
    return bytes.withUnsafeBytes { Array($0[(position * shape.count)..<((position + 1) * shape.count)]) }
  }

  /// The labels at `positions`.
  public func labels(at positions: some Collection<Int>) -> [Int] { positions.map { labels[$0] } }

  private static let levels: [Float] = (0...255).map { Float($0) / 255 }
}

extension Dataset {
  /// The images at `positions`, in that order, with their ids.
  public func subset(at positions: some Collection<Int>) -> Dataset {
    let size = shape.count
    var chosen = Data(capacity: positions.count * size)
    bytes.withUnsafeBytes { input in
      for position in positions {
        precondition(labels.indices.contains(position), "Dataset.subset: \(position) of \(count)")
        chosen.append(contentsOf: input[(position * size)..<((position + 1) * size)])
      }
    }
    return Dataset(
      name: name, split: split, shape: shape, bytes: chosen, labels: labels(at: positions),
      ids: positions.map { ids[$0] }, classNames: classNames, sha256: sha256, attribution: attribution)
  }

  /// The first `limit` images of the balanced order; all of them if there are fewer.
  public func first(_ limit: Int) -> Dataset { subset(at: balancedOrder().prefix(limit)) }

  /// Every position once, one image of each class in turn, each class in file order.
  ///
  /// A prefix is as balanced as it can be, and a longer one begins with it: labels 0 0 1 0 1 give 0 2 1 4 3.
  public func balancedOrder() -> [Int] {
    var positions = [[Int]](repeating: [], count: classCount)
    for (position, label) in labels.enumerated() { positions[label].append(position) }
    let rounds = positions.map(\.count).max() ?? 0
    return (0..<rounds).flatMap { round in positions.compactMap { $0.count > round ? $0[round] : nil } }
  }
}
