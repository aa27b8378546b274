import Diagnostics
import Foundation
import Runs
import Testing

@Suite struct FigureFormatsTests {
  @Test(arguments: [
    ("svg", "svg"), ("pdf", "svg,pdf"), ("png,pdf", "svg,pdf,png"), (" PNG, png ,svg", "svg,png"),
  ])
  func reads(text: String, formats: String) throws { #expect(try FigureFormats(parsing: text).description == formats) }

  @Test(arguments: ["", "jpg", "pdf,", "pdf;png"])
  func refuses(text: String) {
    #expect {
      try FigureFormats(parsing: text)
    } throws: { error in
      (error as? InputError)?.kind == .usage && "\(error)".hasPrefix("figures: ")
    }
  }

  /// Options of runs made before figures had formats can still be read.
  @Test func runsWithoutFormatsHaveNone() throws {
    let old = Data(#"{"checks":"default","examples":"10"}"#.utf8)
    #expect(try JSONDecoder().decode(RunOptions.self, from: old) == RunOptions())
    let new = RunOptions(figures: try FigureFormats(parsing: "pdf"))
    #expect(try JSONDecoder().decode(RunOptions.self, from: JSONEncoder().encode(new)) == new)
    #expect(try !String(decoding: JSONEncoder().encode(RunOptions()), as: UTF8.self).contains("figures"))
  }
}
