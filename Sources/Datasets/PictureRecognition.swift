import Diagnostics
import Files
import Foundation
import Imaging

/// Tells pictures from other files by their first bytes.
enum PictureRecognition {
  /// Endings of files that were to be pictures.
  private static let endings = ["png", "jpg", "jpeg", "jpe", "jfif"]

  /// Whether the file at `path` is PNG or JPEG.
  /// - Throws: `InputError(.dataset)` if it is a picture of another format, or is only called as one: a data set without it
  ///   would be another one.
  static func isPicture(_ path: String) throws -> Bool {
    if begins(path) { return true }
    let isNamedSo = endings.contains((path as NSString).pathExtension.lowercased())
    let kind = FileKind(ofFile: path)
    switch kind {
    case .gif, .webP, .tiff, .bmp: break
    default: guard isNamedSo else { return false }
    }
    throw refusal(path, kind)
  }

  /// - Throws: `InputError` if the file at `path` is not there, or neither PNG nor JPEG.
  static func requirePicture(_ path: String) throws {
    guard PathKind(at: path, following: true) != nil else {
      throw InputError(
        .dataset, path, "there is no such file", remedy: "check the name; files are looked for beside the table")
    }
    guard begins(path) else { throw refusal(path, FileKind(ofFile: path)) }
  }

  private static func refusal(_ path: String, _ kind: FileKind?) -> InputError {
    let remedy: String? =
      switch kind {
      case .gif, .webP, .tiff, .bmp: "save it as PNG: in Pillow, `Image.open(path).convert(\"RGB\").save(\"….png\")`"
      case .png, .jpeg: "decompress it first"
      default: kind?.remedy
      }
    let place = PathKind(at: path, following: true)
    let what =
      switch (place, kind) {
      case (nil, _): "is a symbolic link to nothing"
      case (.other, _): "is a device or pipe"
      case (_, .png), (_, .jpeg): "is compressed once more"
      case (_, let kind?): "is \(kind.description)"
      case (_, nil): "is no picture that is known here"
      }
    return InputError(
      .dataset, path, what + ", and not a PNG or JPEG file",
      remedy: remedy ?? "get the file again, or take it away")
  }

  private static func begins(_ path: String) -> Bool {
    // A pipe would wait for someone to write into it.
    guard PathKind(at: path, following: true) == .file, let file = FileHandle(forReadingAtPath: path) else {
      return false
    }
    defer { try? file.close() }
    guard let start = try? file.read(upToCount: 8) else { return false }
    return start.starts(with: [0xFF, 0xD8, 0xFF])
      || start.elementsEqual([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  }
}
