import Diagnostics
import Files
import Foundation

/// A CSV file that gives pictures their classes: rows of `file,label`, files relative to the folder of the table.
///
/// Labels are names, numbered in the order of `classes.txt` beside the table or else by code points; or, if all are whole
/// numbers, the numbers of classes. The first line names the columns, of which others are left aside; without it, there are two.
struct ImageTable {
  /// What a folder calls its table.
  static let name = "labels.csv"
  private static let fileColumns = ["file", "filename", "file_name", "path", "image"]
  private static let labelColumns = ["label", "class", "target", "category"]

  private let path: String
  private var folder: String { PathParts.folder(path) }

  init(_ path: String) { self.path = path }

  /// Whether the file at `path` is text, and called `.csv` or headed as such a table.
  static func isTable(_ path: String) -> Bool {
    guard FileKind(ofFile: path) == .text else { return false }
    if path.lowercased().hasSuffix(".csv") { return true }
    guard let start = try? FileReader.read(path, atMost: 1 << 10).data else { return false }
    let line = String(decoding: start.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    return columns(CSV.rows(line).first ?? []) != nil
  }

  private static func columns(_ header: [String]) -> (file: Int, label: Int)? {
    let names = header.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    guard let file = fileColumns.lazy.compactMap({ names.firstIndex(of: $0) }).first,
      let label = labelColumns.lazy.compactMap({ names.firstIndex(of: $0) }).first
    else { return nil }
    return (file, label)
  }

  /// - Throws: `InputError(.dataset)` that names the line that is not as it should be.
  func files() throws -> PictureFiles {
    var rows = CSV.rows(try PictureFiles.text(path))
    // Lines that are empty say nothing.
    let numbered = rows.enumerated().filter { $0.element != [""] }
    guard let first = numbered.first?.element else {
      throw refusal("has no rows", "write file,label in the first line, and a line for each picture")
    }
    let header = Self.columns(first)
    // Without a header, the first line is about a picture.
    let isPicture = first.count == 2 && PathKind(at: place(of: first[0]), following: true) != nil
    guard let columns = header ?? (isPicture ? (0, 1) : nil) else {
      throw refusal(
        "is a text file whose first line, \(first.prefix(8).joined(separator: ",")), names neither columns file and label nor a "
          + "picture and its class",
        "write file,label in the first line, and a line for each picture")
    }
    rows = numbered.map(\.element)
    let lines = numbered.map { $0.offset + 1 }
    var (paths, texts) = ([String](), [String]())
    for (row, line) in zip(rows, lines).dropFirst(header == nil ? 0 : 1) {
      guard row.count > max(columns.file, columns.label) else {
        throw refusal("row \(line) has \(row.count) fields, and too few", "give each row a file and a label")
      }
      let (file, label) = (row[columns.file], row[columns.label].trimmingCharacters(in: .whitespaces))
      guard !file.isEmpty, !label.isEmpty else {
        throw refusal("row \(line) has no \(file.isEmpty ? "file" : "label")", "give each row a file and a label")
      }
      paths.append(place(of: file))
      texts.append(label)
    }
    guard !paths.isEmpty else { throw refusal("names no picture", "write a line of file,label for each") }
    var seen = Set<String>()
    if let twice = paths.first(where: { !seen.insert($0).inserted }) {
      throw refusal("names \(twice) twice", "leave all rows but one of each file out")
    }
    let (labels, classNames) = try classes(texts, lines.suffix(texts.count))
    try paths.forEach(PictureRecognition.requirePicture)
    return PictureFiles(images: Array(zip(paths, labels)).map { (path: $0, label: $1) }, classNames: classNames)
  }

  private func place(of file: String) -> String { file.hasPrefix("/") ? file : PathParts.join(folder, file) }

  /// The number of each class, and the names of all; nil if they are called by numbers.
  private func classes(_ texts: [String], _ lines: some Collection<Int>) throws -> ([Int], [String]?) {
    let listed = try PictureFiles.listedClasses(in: folder)
    let numbers = texts.map { Int($0) }
    // Classes may be called by numbers, too.
    if !numbers.contains(nil), listed.map({ names in !texts.allSatisfy(names.contains) }) ?? true {
      let limit = listed?.count ?? ArrayDataset.maximumClassCount
      if let wrong = numbers.firstIndex(where: { !(0..<limit).contains($0!) }) {
        throw refusal(
          "row \(lines[lines.index(lines.startIndex, offsetBy: wrong)]) has the label \(texts[wrong]), and classes are "
            + "0 to \(limit - 1)\(listed == nil ? "" : ", those that \(PictureFiles.classList) lists")",
          "number classes from 0, or write their names")
      }
      return (numbers.map { $0! }, listed)
    }
    let names = listed ?? PictureFiles.inOrder(Array(Set(texts)))
    guard names.count <= ArrayDataset.maximumClassCount else {
      throw refusal("has \(names.count) classes", "check that its column of labels names classes")
    }
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let labels = try zip(texts, lines).map { text, line in
      guard let place = places[text] else {
        throw refusal(
          "row \(line) has the label “\(text)”, which \(PictureFiles.classList) beside it does not list",
          "add it there, or correct the row")
      }
      return place
    }
    return (labels, names)
  }

  private func refusal(_ problem: String, _ remedy: String) -> InputError {
    InputError(.dataset, path, problem, remedy: remedy)
  }
}
