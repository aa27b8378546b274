import Files
public import Foundation
public import Runs

/// `summary.json`: the summary with sorted keys, one value a line.
public enum JSONReport {
  /// - Throws: what `JSONEncoder` throws, if a number is not finite.
  public static func data(_ summary: RunSummary) throws -> Data {
    let encoder = JSONEncoder.readable
    encoder.dateEncodingStrategy = .iso8601
    return try encoder.encode(summary) + Data("\n".utf8)
  }

  /// Reads what `data(_:)` wrote.
  public static func summary(from data: Data) throws -> RunSummary {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return try decoder.decode(RunSummary.self, from: data)
  }
}
