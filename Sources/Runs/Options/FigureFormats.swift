public import Diagnostics

/// The formats in which figures are written beside SVG, which always is.
public struct FigureFormats: Sendable, Hashable {
  public enum Format: String, Sendable, CaseIterable {
    case pdf, png
  }

  /// Without repetition, in the order of `Format.allCases`.
  public let formats: [Format]

  public init(_ formats: Set<Format>) { self.formats = Format.allCases.filter(formats.contains) }
}

extension FigureFormats: CodedAsText {
  private static let svg = "svg"

  /// Reads names separated by commas, for example `pdf,png`; `svg` may be among them.
  ///
  /// - Throws: `InputError` of kind `.usage` for any other name, or none.
  public init(parsing text: String) throws {
    let known = [Self.svg] + Format.allCases.map(\.rawValue)
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimming { $0 == " " }.lowercased()
    }
    for name in names where !known.contains(name) {
      throw InputError(
        .usage, .figures, "there is no format “\(name)”",
        remedy: "use \(known.joined(separator: ", ")), or several: pdf,png")
    }
    self.init(Set(names.compactMap(Format.init)))
  }

  public var description: String { ([Self.svg] + formats.map(\.rawValue)).joined(separator: ",") }
}

extension StringProtocol {
  /// Without the characters at both ends that `isDropped` names.
  fileprivate func trimming(_ isDropped: (Character) -> Bool) -> String {
    String(drop(while: isDropped).reversed().drop(while: isDropped).reversed())
  }
}
