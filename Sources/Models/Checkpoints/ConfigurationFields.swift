import Foundation

/// Fields of a configuration's JSON that nothing reads.
enum ConfigurationFields {
  /// The paths of those in `json` that are not in `known`, what was understood of it, written again; sorted.
  ///
  /// A field that is null is not written again; those that may be are `optional`.
  static func unknown(in json: Data, known: Data, optional: Set<String>) -> [String] {
    guard let given = try? JSONSerialization.jsonObject(with: json),
      let understood = try? JSONSerialization.jsonObject(with: known)
    else { return [] }
    return surplus(given, understood, "").filter { !optional.contains($0.path) || !$0.isNull }.map(\.path).sorted()
  }

  private static func surplus(_ given: Any, _ known: Any, _ path: String) -> [(path: String, isNull: Bool)] {
    guard let given = given as? [String: Any], let known = known as? [String: Any] else { return [] }
    return given.flatMap { key, value -> [(path: String, isNull: Bool)] in
      let place = path.isEmpty ? key : "\(path).\(key)"
      guard let counterpart = known[key] else { return [(place, value is NSNull)] }
      return surplus(value, counterpart, place)
    }
  }

  /// What is wrong with a field, in words.
  static func words(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func place(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context): return "it lacks “\(place(context.codingPath + [key]))”"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "it is not a sound JSON object" : "its “\(place(context.codingPath))” has no meaning there"
    @unknown default: return "it can't be decoded"
    }
  }
}
