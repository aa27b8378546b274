import Foundation
import Testing

/// docs/seeds.md says which test or command shows each thing that the papers ask for: it must not name what is not there.
@Suite struct SeedsPageTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private let page: String
  private let tests: String

  init() throws {
    page = try String(contentsOf: Self.root.appending(path: "docs/seeds.md"), encoding: .utf8)
    let files = FileManager.default.enumerator(atPath: Self.root.appending(path: "Tests").path)!
    tests = try files.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }
      .map { try String(contentsOf: Self.root.appending(path: "Tests/\($0)"), encoding: .utf8) }
      .joined(separator: "\n")
  }

  @Test func everyLineIsThereOnce() {
    let numbers = page.split(separator: "\n").flatMap { line -> [Int] in
      guard line.hasPrefix("| "), let cell = line.split(separator: "|").first else { return [] }
      return cell.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    }
    #expect(numbers.sorted() == Array(1...58))
  }

  @Test func everyTestThatIsNamedExists() {
    var count = 0
    for match in page.matches(of: /`([A-Z]\w*Tests)(?:\.(\w+))?`/) {
      count += 1
      #expect(tests.contains("struct \(match.1)"), "\(match.1)")
      if let function = match.2 { #expect(tests.contains("func \(function)("), "\(match.0)") }
    }
    #expect(count > 58)
  }
}
