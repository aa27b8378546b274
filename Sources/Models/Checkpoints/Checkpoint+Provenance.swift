import Diagnostics

extension Checkpoint {
  /// How the weights came about; every field is optional.
  public struct Provenance: Sendable, Equatable {
    /// The training recipe as JSON.
    public var recipe: String?
    public var dataset: String?
    public var datasetHash: String?
    public var epochs: Int?
    /// Accuracy on `testCount` test images, in [0, 1].
    public var testAccuracy: Double?
    public var testCount: Int?
    public var toolVersion: String?

    public init() {}

    /// What the metadata of the file at `path` say.
    /// - Throws: `InputError(.model)` if a number is none, or an impossible one.
    init(_ metadata: [String: String], path: String) throws {
      func number<Value: LosslessStringConvertible>(
        _ key: String, _ wanted: String, _ isPossible: (Value) -> Bool
      ) throws -> Value? {
        guard let text = metadata[key] else { return nil }
        guard let value = Value(text), isPossible(value) else {
          throw InputError(
            .model, path, "its metadata say \(key) “\(text)”, which is not \(wanted)",
            remedy: "use the file as `\(Action.train())` wrote it, or take \(key) out of its metadata")
        }
        return value
      }
      recipe = metadata["recipe"]
      dataset = metadata["dataset"]
      datasetHash = metadata["dataset_sha256"]
      epochs = try number("epochs", "a number from 0 to 100,000") { (0...100_000).contains($0) }
      // NaN is in no range.
      testAccuracy = try number("test_accuracy", "a share from 0 to 1") { (0...1).contains($0) }
      testCount = try number("test_count", "a number from 1 to 1,000,000,000") { (1...1_000_000_000).contains($0) }
      toolVersion = metadata["tool_version"]
    }

    var metadata: [String: String] {
      let fields: [(String, String?)] = [
        ("recipe", recipe), ("dataset", dataset), ("dataset_sha256", datasetHash), ("epochs", epochs.map { "\($0)" }),
        ("test_accuracy", testAccuracy.map { "\($0)" }), ("test_count", testCount.map { "\($0)" }),
        ("tool_version", toolVersion),
      ]
      return Dictionary(uniqueKeysWithValues: fields.compactMap { key, value in value.map { (key, $0) } })
    }
  }
}
