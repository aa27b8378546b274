import Files
import Foundation
import Sweeps

/// The manifest of an export as `manifest.csv` and `manifest.json`, to which rows are added one by one.
struct ExampleManifest {
  static let names = ["manifest.csv", "manifest.json"]
  /// The rows of the JSON file, until what stands before them is known.
  private static let part = "rows.json"

  let folder: ExportFolder
  private(set) var count = 0

  init(_ folder: ExportFolder) { self.folder = folder }

  private static var encoder: JSONEncoder {
    let encoder = JSONEncoder.readable
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  mutating func append(_ rows: [ManifestRow]) throws {
    guard let first = rows.first else { return }
    let encoder = Self.encoder
    let texts = try rows.map { row in
      String(decoding: try encoder.encode(row), as: UTF8.self).split(separator: "\n").map { "    " + $0 }
        .joined(separator: "\n")
    }
    let (header, separator) = count == 0 ? (first.header, "") : ("", ",\n")
    try folder.append(Data((header + rows.map(\.line).joined()).utf8), to: Self.names[0])
    try folder.append(Data((separator + texts.joined(separator: ",\n")).utf8), to: Self.part)
    count += rows.count
  }

  /// Writes the JSON file: `header` with the rows as `examples`, keys sorted.
  func finish(_ header: [(name: String, value: ManifestRow.Value)]) throws {
    let document = String(
      decoding: try Self.encoder.encode(ManifestRow(header + [("examples", nil)])), as: UTF8.self)
    // Line ends within texts are escaped, so that only a key of the document itself is found.
    let place = document.firstRange(of: "\n  \"examples\" : null")!
    let (before, after) = (document[..<place.upperBound].dropLast(4), document[place.upperBound...])
    try folder.append(Data((before + "[\n").utf8), to: Self.names[1])
    try folder.forEachPiece(of: Self.part) { try folder.append($0, to: Self.names[1]) }
    try folder.append(Data(("\n  ]" + after + "\n").utf8), to: Self.names[1])
    folder.remove(Self.part)
  }
}
