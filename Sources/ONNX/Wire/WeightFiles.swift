import Diagnostics
import Files
import Foundation

/// The files beside a model's that hold its weights, each opened once.
///
/// A model may name any path; only files within its own folder are read, as a model from elsewhere must not choose what is
/// read on this machine.
package final class WeightFiles {
  package let allowance: ReadingAllowance
  /// `nil`: the model is not from a file.
  private let folder: String?
  private var contents: [String: Data] = [:]
  /// As the model names them, each once.
  private(set) var locations: [String] = []

  package init(folder: String?, allowance: ReadingAllowance) { (self.folder, self.allowance) = (folder, allowance) }

  /// The `size` bytes of `tensor`, which lie in another file; they share its memory.
  func elements(of tensor: TensorMessage, _ title: String, size: Int) throws -> Data {
    let entries = Dictionary(tensor.externalData.map { ($0.key, $0.value) }) { $1 }
    guard let location = entries["location"], !location.isEmpty else {
      throw ModelFailure.invalid("\(title) lies in another file, but nothing says in which")
    }
    func number(_ key: String) throws -> Int? {
      guard let text = entries[key] else { return nil }
      guard let value = Int(text), value >= 0 else {
        throw ModelFailure.invalid("\(title) has the \(key) “\(text)” in “\(location)”")
      }
      return value
    }
    let offset = try number("offset") ?? 0
    let length = try number("length") ?? size
    guard length == size else {
      throw ModelFailure.invalid("\(title) takes \(size) bytes, but \(length) in “\(location)”")
    }
    let file = try file(location, title)
    guard offset <= file.count, size <= file.count - offset else {
      throw ModelFailure(
        "\(title) takes \(size) bytes from byte \(offset) of “\(location)” on, which has \(file.count)",
        remedy: "copy or download “\(location)” again, and keep it with the model that it was exported with")
    }
    return file.dropFirst(offset).prefix(size)
  }

  private func file(_ location: String, _ title: String) throws -> Data {
    if let data = contents[location] { return data }
    let inOneFile = "export it into one file by `torch.onnx.export(…, external_data=False)`"
    guard let folder else {
      throw ModelFailure("\(title) lies in the file “\(location)”, but the model has no folder", remedy: inOneFile)
    }
    guard !location.hasPrefix("/"), !location.split(separator: "/").contains(".."), !location.contains("\0") else {
      throw ModelFailure(
        "\(title) lies in “\(location)”, which is not in the model's folder",
        remedy: "move it into the folder of the model and save that again with `onnx`, or \(inOneFile)")
    }
    let path = PathParts.join(folder, location)
    guard let (real, base) = Self.resolved(path, in: folder) else {
      throw ModelFailure(
        "\(title) lies in “\(location)”, which is missing",
        remedy: "put “\(location)” where the model is, as they were exported together, or \(inOneFile)")
    }
    guard real.hasPrefix(base.hasSuffix("/") ? base : base + "/") else {
      throw ModelFailure(
        "\(title) lies in “\(location)”, a link to what is not in the model's folder",
        remedy: "replace the link by a copy of the file")
    }
    guard let data = MappedFile.bytes(of: real) else {
      throw ModelFailure(
        "\(title) lies in “\(location)”, which can't be read",
        remedy: "check that it is a file of at most \(ReadingAllowance.maximumSize >> 30) GiB, and its permissions")
    }
    allowance.add(fileSize: data.count)
    contents[location] = data
    locations.append(location)
    return data
  }

  /// The paths of a file and of the folder without links; `nil` if there is no such file.
  private static func resolved(_ path: String, in folder: String) -> (file: String, folder: String)? {
    guard let file = realpath(path, nil) else { return nil }
    defer { free(file) }
    guard let base = realpath(folder.isEmpty ? "." : folder, nil) else { return nil }
    defer { free(base) }
    return (String(cString: file), String(cString: base))
  }
}

/// The bytes of files, mapped into memory where that is safe.
enum MappedFile {
  /// Those of a model, decompressed.
  /// - Throws: `InputError(.model)`.
  static func contents(of path: String) throws -> Data {
    // Pipes and devices have no size; and what is compressed has to be read.
    guard let file = try FileBytes(path, kind: .model) else { return try FileReader.contents(of: path, kind: .model) }
    guard file.count < 1 << 31 else {
      throw InputError(
        .model, path, "holds \(file.count >> 20) MiB; an ONNX model is smaller than 2 GiB, as are all protocol buffers",
        remedy: "name the model itself, not the file with its weights")
    }
    let magic = try file.bytes(in: 0..<4)
    if magic.starts(with: [0x1F, 0x8B]) || magic.elementsEqual([0x28, 0xB5, 0x2F, 0xFD]) {
      return try FileReader.contents(of: path, kind: .model)
    }
    guard let data = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else {
      throw InputError(.model, path, "can't be read", remedy: "check its permissions, and that there is memory for it")
    }
    return data
  }

  /// Those of a regular file as they are; `nil` if it is none, too large, or can't be read.
  static func bytes(of path: String) -> Data? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= ReadingAllowance.maximumSize
    else { return nil }
    return try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
  }
}
