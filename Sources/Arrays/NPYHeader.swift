import Diagnostics
import Foundation

/// The header of an `.npy` file: `\x93NUMPY`, version, length, and a Python dictionary such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`, padded with blanks to a multiple of 64 bytes.
struct NPYHeader {
  /// The most that is read: what version 1.0 can hold, though 2.0 and 3.0 can claim more.
  static let maximumSize = 12 + 65_535
  static let magic = Data([0x93] + "NUMPY".utf8)

  let element: NumericArray.Element
  let shape: [Int]
  /// Whether the first index, rather than the last, counts neighbours.
  let isFortranOrder: Bool
  /// Whether elements begin with their most significant byte.
  let isBigEndian: Bool
  /// Where the elements begin.
  let size: Int

  /// The bytes of the whole file.
  var fileSize: Int { size + shape.reduce(element.size, *) }

  /// Reads the header at the start of `data`, of which more than `maximumSize` bytes are not looked at.
  ///
  /// - Throws: `InputError(.file)` for anything that NumPy would not have written, and for elements that are no numbers.
  init(_ data: Data, name: String) throws {
    func failure(_ problem: String, _ remedy: String = "save it again with numpy.save") -> InputError {
      InputError(.file, name, problem, remedy: remedy)
    }
    guard data.starts(with: Self.magic) else { throw failure("does not begin as an .npy file does") }
    let bytes = [UInt8](data.prefix(Self.maximumSize))
    guard bytes.count >= 12 else { throw failure("ends within its header") }
    let version = (bytes[6], bytes[7])
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw failure("is of version \(version.0).\(version.1); 1.0, 2.0 and 3.0 are read")
    }
    let start = version.0 == 1 ? 10 : 12
    let length =
      version.0 == 1
      ? Int(bytes[8]) | Int(bytes[9]) << 8
      : Int(bytes[8]) | Int(bytes[9]) << 8 | Int(bytes[10]) << 16 | Int(bytes[11]) << 24
    guard length <= 65_535 else {
      throw failure("claims a header of \(length) bytes, more than the 65535 that are read")
    }
    guard start + length <= bytes.count else {
      throw failure("ends within its header of \(length) bytes, after \(bytes.count)")
    }
    var parser = PythonDictionary(bytes[start..<start + length])
    guard let fields = parser.fields() else {
      if String(decoding: bytes[start..<start + length], as: UTF8.self).contains(/["']descr["']\s*:\s*\[/) {
        throw failure(
          "holds records of several fields, not numbers", "save one field, `array[\"NAME\"]`, under its name")
      }
      throw failure("its header is not the dictionary of descr, fortran_order and shape that is expected")
    }
    guard let type = Self.type(fields.descr) else {
      throw failure("has elements of type “\(fields.descr)”: " + Self.words(fields.descr), Self.remedy(fields.descr))
    }
    let element = type.element
    var size = element.size
    for dimension in fields.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw failure("claims the impossible shape \(fields.shape)") }
      size = product
    }
    guard size <= Int.max - Self.maximumSize else { throw failure("claims the impossible shape \(fields.shape)") }
    self.element = element
    shape = fields.shape
    isFortranOrder = fields.isFortranOrder && shape.count > 1
    isBigEndian = type.isBigEndian
    self.size = start + length
  }

  /// The element type that `descr` names, in either byte order.
  private static func type(_ descr: String) -> (element: NumericArray.Element, isBigEndian: Bool)? {
    let rest = String(descr.dropFirst())
    guard let order = descr.first, "<>=|".contains(order), let size = rest.last?.wholeNumberValue,
      let element = NumericArray.Element(rawValue: (size == 1 ? "|" : "<") + rest), order != "|" || size == 1
    else { return nil }
    return (element, order == ">" && size > 1)
  }

  /// What elements of a type are that is not read.
  private static func words(_ descr: String) -> String {
    switch descr.first(where: \.isLetter) {
    case "O": "Python objects (a pickle), not numbers"
    case "U", "S", "a": "texts, not numbers"
    case "c": "complex numbers"
    case "f": "floating point numbers of a size that only some machines have"
    case "M", "m": "times, not numbers"
    case "V": "bytes without a meaning"
    default: "those that are read: " + NumericArray.Element.allCases.map(\.name).joined(separator: ", ")
    }
  }

  private static func remedy(_ descr: String) -> String {
    switch descr.first(where: \.isLetter) {
    case "O": "load it with allow_pickle=True, and save `numpy.array(array.tolist())`"
    case "U", "S", "a":
      "save numbers; for labels `numpy.unique(array, return_inverse=True)[1]`, which numbers names by alphabet"
    case "c": "save their real part, `array.real`"
    case "f": "save `array.astype(\"float64\")`"
    default: "save it as an array of numbers"
    }
  }

  /// The header of version 1.0 for an array, in the bytes that NumPy writes.
  static func encoded(_ element: NumericArray.Element, shape: [Int]) -> Data {
    let dimensions =
      shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
    var text = "{'descr': '\(element.rawValue)', 'fortran_order': False, 'shape': \(dimensions), }"
    // NumPy leaves room for the first dimension to grow in place.
    if let first = shape.first { text += String(repeating: " ", count: max(0, 21 - "\(first)".count)) }
    let padding = (64 - (magic.count + 4 + text.utf8.count + 1) % 64) % 64
    text += String(repeating: " ", count: padding) + "\n"
    precondition(text.utf8.count <= 65_535, "NPYHeader: \(shape.count) dimensions are too many")
    let length = UInt16(text.utf8.count)
    return magic + Data([1, 0, UInt8(length & 255), UInt8(length >> 8)]) + Data(text.utf8)
  }
}

/// The one kind of Python dictionary that an `.npy` header holds, read strictly: three keys, each once.
private struct PythonDictionary {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The three fields, if they and nothing else are there.
  mutating func fields() -> (descr: String, isFortranOrder: Bool, shape: [Int])? {
    var (descr, order, shape): (String?, Bool?, [Int]?)
    guard skip("{") else { return nil }
    while !skip("}") {
      guard let key = text(), skip(":") else { return nil }
      switch key {
      case "descr" where descr == nil: descr = text()
      case "fortran_order" where order == nil: order = word("True") ? true : word("False") ? false : nil
      case "shape" where shape == nil: shape = tuple()
      default: return nil
      }
      guard skip(",") else {
        guard skip("}") else { return nil }
        break
      }
    }
    skipBlanks()
    guard position == bytes.endIndex, let descr, let order, let shape else { return nil }
    return (descr, order, shape)
  }

  /// `'text'` or `"text"`, without escapes.
  private mutating func text() -> String? {
    skipBlanks()
    guard position < bytes.endIndex, bytes[position] == 0x27 || bytes[position] == 0x22 else { return nil }
    let quote = bytes[position]
    guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { return nil }
    defer { position = end + 1 }
    let content = bytes[position + 1..<end]
    return content.contains(0x5C) ? nil : String(validating: content, as: UTF8.self)
  }

  /// `()`, `(3,)`, `(2, 3)` or `(2, 3,)`.
  private mutating func tuple() -> [Int]? {
    guard skip("(") else { return nil }
    var values: [Int] = []
    while !skip(")") {
      skipBlanks()
      let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
      // 32 dimensions are the most that NumPy makes.
      guard values.count < 64, let value = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
      position = digits.endIndex
      values.append(value)
      if skip(",") { continue }
      guard values.count > 1, skip(")") else { return nil }
      break
    }
    return values
  }

  private mutating func word(_ word: String) -> Bool {
    skipBlanks()
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard position < bytes.endIndex, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipBlanks() {
    while position < bytes.endIndex, [0x20, 0x0A].contains(bytes[position]) { position += 1 }
  }
}
