import Diagnostics
import Files
public import Foundation

/// Makes PDF and PNG of figures by librsvg's `rsvg-convert`, which draws text with the fonts of the machine and embeds them.
public struct FigureRenderer: Sendable {
  /// What it makes of a figure in SVG.
  public enum Format: String, Sendable, CaseIterable {
    case pdf, png
  }

  private static let program = "rsvg-convert"
  /// Pixels of a PNG per unit of the figure: enough for print in a column.
  private static let zoom = 3

  private let formats: [Format]
  private let converter: String

  /// Looks for what `formats` needs, which is nothing without any.
  ///
  /// - Throws: `InputError` of kind `.usage` if `rsvg-convert` is needed and not in `PATH`.
  public init(formats: [Format]) throws {
    self.formats = formats
    guard !formats.isEmpty else {
      converter = ""
      return
    }
    guard let path = Self.find() else {
      let names = formats.map(\.rawValue).joined(separator: ",")
      throw InputError(
        .usage, Setting.figures.set(to: names), "needs the program \(Self.program), and there is none in PATH",
        remedy:
          "install it (Debian: apt-get install librsvg2-bin; Homebrew: brew install librsvg), or use "
          + Setting.figures.set(to: "svg"))
    }
    converter = path
  }

  /// Writes, beside each of `files` in `folder` that is a figure in SVG, the same figure in the other formats.
  ///
  /// - Returns: the names of the files written.
  /// - Throws: `InputError` of kind `.output` if one can't be made or written.
  public func render(_ files: [String], in folder: URL) throws -> [String] {
    let figures = files.filter { $0.hasSuffix(".svg") }
    return try formats.flatMap { format in
      try figures.map { figure in
        let name = String(figure.dropLast(3)) + format.rawValue
        let data = try convert(folder.appending(path: figure), to: format)
        try AtomicFile.write(data, to: folder.appending(path: name).path, links: .refused)
        return name
      }
    }
  }

  private func convert(_ figure: URL, to format: Format) throws -> Data {
    var environment = ProcessInfo.processInfo.environment
    // Equal figures give equal bytes: no date of making.
    environment["SOURCE_DATE_EPOCH"] = "0"
    let arguments = ["--format", format.rawValue] + (format == .png ? ["--zoom", "\(Self.zoom)"] : [])
    func failure(_ problem: String) -> InputError {
      InputError(
        .output, figure.path, "\(converter) \(problem)",
        remedy: "see what `\(Self.program) --format \(format.rawValue)` says of the file, or use "
          + Setting.figures.set(to: "svg"))
    }
    let result: (output: Data, status: Int32)
    do {
      result = try ChildProcess.run(converter, arguments, input: figure.path, environment: environment)
    } catch {
      throw failure("can't be run: \(error.localizedDescription)")
    }
    guard result.status == 0, !result.output.isEmpty else {
      throw failure("made no \(format.rawValue) of it (exit code \(result.status))")
    }
    return result.output
  }

  private static func find() -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").lazy
      .map { PathParts.join(String($0), program) }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
