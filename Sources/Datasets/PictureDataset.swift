import Diagnostics
import Files
import Foundation
import Imaging
import Tensors

/// Pictures of one's own with their classes: `PictureFiles` says where they are. All have one size, or are made to.
struct PictureDataset {
  private let path: String
  private let split: Dataset.Split
  private let files: PictureFiles
  private let headers: [PictureHeader]
  private let threads = ProcessInfo.processInfo.activeProcessorCount

  /// Looks at the headers of all files, so that what is wrong with one is said before anything else is done.
  /// - Throws: `InputError` that names a file, and what to do about it.
  init(_ path: String, split: Dataset.Split) throws {
    (self.path, self.split) = (path, split)
    let files = try PictureFiles(path, split)
    guard files.images.count <= ImageLayout.maximumCount else {
      throw InputError(
        .dataset, path, "holds \(files.images.count) pictures, more than the \(ImageLayout.maximumCount) that are read",
        remedy: "name a folder of fewer")
    }
    self.files = files
    headers = try parallelMap(count: files.images.count, threads: threads) { index in
      let path = files.images[index].path
      guard let header = try PictureHeader(ofFile: path) else {
        throw InputError(
          .dataset, path, "is no PNG or JPEG file any more", remedy: "put the picture back, and try again")
      }
      return header
    }
  }

  /// Whether the pictures are of more than one size.
  var mixesSizes: Bool { headers.contains { $0.size != headers[0].size } }

  /// - Parameters:
  ///   - classCount: how many classes there have to be, if that is known.
  ///   - fit: what makes pictures of several sizes one size; those that have one size already stay as they are.
  ///   - progress: told the share that is read; what it throws ends the work.
  /// - Throws: `InputError` if they do not go together, or one can't be read.
  func load(classCount: Int?, fit: ImageFit?, progress: (Double) throws -> Void) throws -> Dataset {
    let classNames = try classNames(classCount)
    let fit = mixesSizes ? fit : nil
    let size = try commonSize(fit)
    let greyCount = headers.count { $0.channels == 1 }
    let shape: Shape = [greyCount == headers.count ? 1 : 3, size.rows, size.columns]
    var notes = files.notes
    if greyCount > 0, shape[0] == 3 {
      notes.append("\(greyCount) of \(headers.count) images are grey, and become RGB as the others are")
    }
    try requireMemory(shape)
    let bytes = try read(shape, fit, progress)
    let labels = files.images.map(\.label)
    return Dataset(
      name: name, split: split, shape: shape, bytes: bytes, labels: labels, classNames: classNames,
      sha256: ArrayDataset.contentHash(shape, labels, bytes), attribution: "of unknown origin", source: path, fit: fit,
      notes: notes)
  }

  /// That of the folder or table, also if it is called `.` here.
  private var name: String {
    let name = PathParts.name(path)
    return [".", "..", "/"].contains(name) ? URL(filePath: path).standardizedFileURL.lastPathComponent : name
  }

  // MARK: - What they have in common

  private func classNames(_ classCount: Int?) throws -> [String] {
    guard let names = files.classNames else {
      let largest = files.images.map(\.label).max()!
      guard let classCount else { return (0...largest).map(String.init) }
      guard largest < classCount else {
        throw InputError(
          .dataset, path, "has the label \(largest), and the classes are 0 to \(classCount - 1)",
          remedy: "number classes from 0, and check that the model is for as many")
      }
      return (0..<classCount).map(String.init)
    }
    guard let classCount, classCount != names.count else { return names }
    throw InputError(
      .dataset, path, "has \(names.count) classes, and the model tells \(classCount) apart",
      remedy: names.count < classCount
        ? "list the names of all \(classCount), a line each, in the order in which the model numbers them, in "
          + "\(PictureFiles.classList) beside the \(PathKind(at: path, following: true) == .folder ? "class folders" : "table")"
        : "choose a model for \(names.count) classes, or leave the other classes out")
  }

  /// The size that all have, or are made to have.
  private func commonSize(_ fit: ImageFit?) throws -> PictureSize {
    let first = headers[0].size
    guard mixesSizes else { return first }
    let odd = headers.firstIndex { $0.size != first }!
    let example = Setting.resize.set(to: "\(first.rows)x\(first.columns)")
    guard let fit else {
      throw InputError(
        .dataset, path,
        "its pictures are of several sizes: \(files.images[0].path) is \(first), \(files.images[odd].path) is "
          + "\(headers[odd].size) (rows×columns)",
        remedy: "give them one size: \(example), or \(Setting.resize.set(to: "256")) for the shorter side and "
          + "\(Setting.crop.set(to: "224")) for the middle, where a model is attacked; or resize the files")
    }
    var common: (size: PictureSize, index: Int)?
    for (index, header) in headers.enumerated() {
      let resized = fit.resized(header.size)
      let file = files.images[index].path
      try resized.requireReadable(file)
      guard let size = fit.result(header.size) else {
        throw InputError(
          .dataset, file,
          "is \(header.size)\(resized == header.size ? "" : ", resized to \(resized)"), smaller than the crop",
          remedy: "crop less, or resize to more: \(Setting.resize)")
      }
      if let common, common.size != size {
        throw InputError(
          .dataset, path,
          "its pictures are still of several sizes, \(fit.description): \(files.images[common.index].path) comes to "
            + "\(common.size), \(file) to \(size) (rows×columns)",
          remedy:
            "crop them as well: \(Setting.crop.set(to: "\(min(common.size.rows, common.size.columns))")); or give rows and "
            + "columns: \(example)")
      }
      common = common ?? (size, index)
    }
    return common!.size
  }

  private func requireMemory(_ shape: Shape) throws {
    let (needed, available) = (headers.count * shape.count, Int(ProcessInfo.processInfo.physicalMemory))
    guard needed > available / 10 * 8 else { return }
    throw InputError(
      .dataset, path,
      "its \(headers.count) images of \(shape) need \(needed >> 20) MiB of memory, and this machine has \(available >> 20)",
      remedy: "name a folder of fewer pictures, or smaller ones")
  }

  // MARK: - Reading

  /// All pixels, `[image, channel, row, column]`.
  private func read(_ shape: Shape, _ fit: ImageFit?, _ progress: (Double) throws -> Void) throws -> Data {
    var bytes = Data(count: headers.count * shape.count)
    try bytes.withUnsafeMutableBytes { (buffer: UnsafeMutableRawBufferPointer) in
      // Each picture has a place of its own.
      nonisolated(unsafe) let output = buffer.bindMemory(to: UInt8.self)
      // So many at a time that asking whether to stop costs nothing, and does not wait long.
      let batch = 16 * threads
      for start in stride(from: 0, to: headers.count, by: batch) {
        _ = try parallelMap(count: min(batch, headers.count - start), threads: threads) { offset in
          let index = start + offset
          let target = UnsafeMutableBufferPointer(rebasing: output[index * shape.count..<(index + 1) * shape.count])
          try decode(index, shape, fit, into: target)
        }
        try progress(Double(min(start + batch, headers.count)) / Double(headers.count))
      }
    }
    return bytes
  }

  private func decode(_ index: Int, _ shape: Shape, _ fit: ImageFit?, into output: UnsafeMutableBufferPointer<UInt8>)
    throws
  {
    let file = files.images[index].path
    var picture = try Bitmap(contentsOf: file)
    guard PictureSize(rows: picture.height, columns: picture.width) == headers[index].size else {
      throw InputError(.dataset, file, "changed while it was read", remedy: "try again")
    }
    if let fit { picture = fit.apply(to: picture) }
    let size = shape[1] * shape[2]
    picture.pixels.withUnsafeBufferPointer { input in
      for channel in 0..<shape[0] {
        let (from, step) = picture.channels == 3 ? (channel, 3) : (0, 1)
        for pixel in 0..<size { output[channel * size + pixel] = input[from + pixel * step] }
      }
    }
  }
}
