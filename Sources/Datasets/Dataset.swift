public import Foundation
public import Tensors

/// Labelled images, held as bytes.
public struct Dataset: Sendable {
  /// What the images are for.
  public enum Split: String, Sendable, CaseIterable, Codable {
    case train, test
  }

  /// What reports call it: the name it is asked for by, such as `fashion-mnist`, or that of its file.
  public private(set) var name: String
  /// The file it was read from, as the user wrote it; `nil` if the catalogue knows it by name.
  public let source: String?
  public let split: Split
  /// `[channels, rows, columns]` of every image.
  public let shape: Shape
  /// The class of each image.
  public private(set) var labels: [Int]
  /// The index of each image in the file of the original data set: what random numbers and records are keyed by.
  public private(set) var ids: [Int]
  /// From where each image was taken; `nil` if the data set does not say.
  public private(set) var viewpoints: [Viewpoint]?
  /// The viewpoints that were selected, if some were.
  public internal(set) var selection: ViewpointSelection?
  /// The name of each class.
  public let classNames: [String]
  /// SHA-256 of the decompressed source: images file, labels file, and viewpoints file if there is one; or the batches in
  /// order; for images of one's own, of what the arrays hold. A subset keeps the hash of its source.
  public let sha256: String
  /// Who made it, and under which licence it is distributed.
  public let attribution: String
  /// What made pictures of several sizes images of one; `nil` if they had one.
  public let fit: ImageFit?
  /// What one should know of how they were read, in sentences: files that were left out, grey that became RGB.
  public let notes: [String]
  /// Images one after the other, `[image, channel, row, column]`: these, and maybe others if this is a subset.
  private var bytes: Data
  /// Where each image comes among those in `bytes`.
  private var places: [Int]

  /// - Precondition: as many labels, ids and viewpoints as images in `bytes`; labels below the number of classes.
  public init(
    name: String, split: Split, shape: Shape, bytes: Data, labels: [Int], ids: [Int]? = nil,
    viewpoints: [Viewpoint]? = nil, classNames: [String], sha256: String, attribution: String, source: String? = nil,
    fit: ImageFit? = nil, notes: [String] = []
  ) {
    let ids = ids ?? Array(labels.indices)
    precondition(
      shape.rank == 3 && labels.count * shape.count == bytes.count && ids.count == labels.count,
      "Dataset: \(bytes.count) bytes, \(labels.count) labels and \(ids.count) ids for images of \(shape)")
    precondition(
      viewpoints == nil || viewpoints!.count == labels.count,
      "Dataset: \(viewpoints?.count ?? 0) viewpoints for \(labels.count) images")
    precondition(labels.allSatisfy(classNames.indices.contains), "Dataset: a label is not in \(classNames.indices)")
    self.name = name
    self.split = split
    self.shape = shape
    self.bytes = bytes
    places = Array(labels.indices)
    self.labels = labels
    self.ids = ids
    self.viewpoints = viewpoints
    self.classNames = classNames
    self.sha256 = sha256
    self.attribution = attribution
    self.source = source
    self.fit = fit
    self.notes = notes
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
          let start = places[position] * size
          for i in 0..<size { output[row * size + i] = Self.levels[Int(input[start + i])] }
        }
      }
    }
  }

  /// The bytes of one image, `[channels, rows, columns]`.
  public func pixels(at position: Int) -> [UInt8] {
    precondition(labels.indices.contains(position), "Dataset.pixels: \(position) of \(count)")
    return bytes.withUnsafeBytes { Array($0[range(places[position])]) }
  }

  /// The labels at `positions`.
  public func labels(at positions: some Collection<Int>) -> [Int] { positions.map { labels[$0] } }

  /// Where image `place` lies in `bytes`.
  private func range(_ place: Int) -> Range<Int> { (place * shape.count)..<((place + 1) * shape.count) }

  private static let levels: [Float] = (0...255).map { Float($0) / 255 }
}

extension Dataset {
  /// The same images under another name.
  public func named(_ name: String) -> Dataset {
    var copy = self
    copy.name = name
    return copy
  }

  /// The images at `positions`, in that order, with their ids and viewpoints.
  ///
  /// Half of the images or more stay where they are, shared with this set; fewer are copied, so that the rest can be freed.
  public func subset(at positions: some Collection<Int>) -> Dataset {
    for position in positions {
      precondition(labels.indices.contains(position), "Dataset.subset: \(position) of \(count)")
    }
    var subset = self
    subset.labels = labels(at: positions)
    subset.ids = positions.map { ids[$0] }
    subset.viewpoints = viewpoints.map { viewpoints in positions.map { viewpoints[$0] } }
    subset.places = positions.map { places[$0] }
    if 2 * subset.count * shape.count < bytes.count {
      subset.bytes = Data(capacity: subset.count * shape.count)
      bytes.withUnsafeBytes { input in
        for place in subset.places { subset.bytes.append(contentsOf: input[range(place)]) }
      }
      subset.places = Array(subset.labels.indices)
    }
    return subset
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
