import Diagnostics
import Foundation

/// Names of files are bytes to the system and text here: what is no text would come out as the name of another file.
package enum TextNames {
  /// Refuses arguments that are not UTF-8, before any of them is used.
  ///
  /// - Parameter arguments: as the system gave them, without the program.
  /// - Throws: `InputError(.usage)` that says which.
  package static func check(arguments: [UnsafeMutablePointer<CChar>]) throws {
    for (index, argument) in arguments.enumerated() where String(validatingCString: argument) == nil {
      throw InputError(
        .usage, "argument \(index + 1), “\(escaped(argument))”", "is not UTF-8",
        remedy: "if it is a path, rename the file or folder, or make a link to it whose name is UTF-8")
    }
  }

  /// Refuses to work in a folder whose path is not UTF-8.
  ///
  /// - Throws: `InputError(.file)`.
  package static func checkCurrentFolder() throws {
    guard let path = getcwd(nil, 0) else { return }
    defer { free(path) }
    guard String(validatingCString: path) == nil else { return }
    throw InputError(
      .file, "the current folder, “\(escaped(path))”", "its path is not UTF-8",
      remedy: "rename it, or start robust in another folder and name what lies there by links")
  }

  /// The text of `name`, and `\xE9` for each byte that is none.
  private static func escaped(_ name: UnsafePointer<CChar>) -> String {
    var text = ""
    var bytes = UnsafeBufferPointer(start: name, count: strlen(name)).map { UInt8(bitPattern: $0) }[...]
    while let first = bytes.first {
      let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      if let character = String(validating: bytes.prefix(length), as: UTF8.self) {
        text += character
        bytes = bytes.dropFirst(length)
      } else {
        let digits = String(first, radix: 16, uppercase: true)
        text += "\\x" + (digits.count < 2 ? "0" : "") + digits
        bytes = bytes.dropFirst()
      }
    }
    return text
  }
}
