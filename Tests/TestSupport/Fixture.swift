public import Foundation
public import Tensors

/// A file of `Tests/Fixtures`, made by `Scripts/make_fixtures.py`.
public enum Fixture {
  public static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(components: "Fixtures", name)
  }

  public static func json<Record: Decodable>(_ name: String, as type: Record.Type = Record.self) throws -> Record {
    try JSONDecoder().decode(type, from: Data(contentsOf: url(name + ".json")))
  }

  /// ‖actual − expected‖₂ / ‖expected‖₂ in double precision.
  public static func relativeError(_ actual: Tensor, _ expected: [Double]) -> Double {
    precondition(actual.count == expected.count, "\(actual.shape) against \(expected.count) numbers")
    var difference = 0.0
    var norm = 0.0
    for (a, e) in zip(actual.scalars, expected) {
      difference += (Double(a) - e) * (Double(a) - e)
      norm += e * e
    }
    return (difference / norm).squareRoot()
  }
}

extension Tensor {
  public init(_ values: [Double], shape: Shape) { self.init(values.map(Float.init), shape: shape) }
}
