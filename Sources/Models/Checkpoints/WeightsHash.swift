import Arrays
import Diagnostics
import Files
import Foundation
import Tensors

/// SHA-256 of a model's weights, whatever file they are in and in whatever order.
///
/// Of each tensor, in the order of the bytes of their names, are hashed: its name, how its elements are stored (`F32`), its
/// shape (`32,1,5,5`), each ended by a byte 0, and its elements as little-endian 32-bit floating-point numbers. So the hash
/// differs if a tool renames, transposes, exchanges, rounds or converts them, and not if it lays them out anew.
enum WeightsHash {
  /// - Parameter type: how the elements of a tensor are stored, by its name.
  static func of(_ tensors: [String: Tensor], type: (String) -> String) -> String {
    var hash = Checksum.Running()
    for name in tensors.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let tensor = tensors[name]!
      for text in [name, type(name), tensor.shape.dimensions.map(String.init).joined(separator: ",")] {
        hash.add(Data(text.utf8) + [0])
      }
      tensor.withUnsafeBuffer { values in
        #if _endian(little)
          hash.add(UnsafeRawBufferPointer(values))
        #else
          values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { hash.add($0) }
        #endif
      }
    }
    return hash.sha256()
  }

  static func of(_ file: SafeTensors) -> String { of(file.tensors) { file.types[$0]! } }

  /// - Throws: `InputError(.model)` if `file` does not hold the weights whose hash is `recorded`.
  static func verify(_ file: SafeTensors, hash: String, recorded: String, path: String) throws {
    guard hash != recorded else { return }
    let types = Set(file.types.values).sorted()
    // The same numbers, stored otherwise?
    let written = SafeTensors.Precision.allCases.map(\.rawValue).first { type in
      of(file.tensors) { _ in type } == recorded
    }
    let problem =
      written.map {
        "its weights were written as \($0), and another program has converted them to \(types.joined(separator: ", "))"
      }
      ?? "its weights are not those that were written: another program has changed, exchanged or rounded some of them, or the "
      + "file is damaged (their hash is \(hash.prefix(12))…, the recorded one \(recorded.prefix(12))…)"
    throw InputError(
      .model, path, problem,
      remedy:
        "get the file as it was written; if the change was meant, record the new weights by "
        + "`\(Action.seal(path))`")
  }
}
