/// Known names that a mistyped one may have meant.
public enum NearMatch {
  /// Those of `known` within two edits (insert, delete, replace a character) of `name`, or that contain it, best first.
  public static func candidates(for name: String, among known: [String]) -> [String] {
    let wanted = Array(name.lowercased())
    let scored = known.enumerated().compactMap { order, candidate -> (distance: Int, order: Int, name: String)? in
      let letters = Array(candidate.lowercased())
      var distance = edits(wanted, letters)
      if distance > 2 {
        guard wanted.count >= 3, candidate.lowercased().contains(name.lowercased()) else { return nil }
        distance = 3
      }
      return distance < max(letters.count, 1) ? (distance, order, candidate) : nil
    }
    return scored.sorted { ($0.distance, $0.order) < ($1.distance, $1.order) }.map(\.name)
  }

  /// Where `name` is in `names`: written just so, or else but for the case of letters, if only one is.
  public static func position(of name: String, in names: [String]) -> Int? {
    if let exact = names.firstIndex(of: name) { return exact }
    let same = names.indices.filter { names[$0].lowercased() == name.lowercased() }
    return same.count == 1 ? same[0] : nil
  }

  /// The error for a name that is not among `known`, with near matches first.
  public static func unknown(
    _ kind: InputError.Kind, _ subject: String, _ name: String, what: String, among known: [String]
  ) -> InputError {
    let near = candidates(for: name, among: known)
    let hint = near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? "
    return InputError(
      kind, subject, "there is no \(what) called “\(name)”",
      remedy: "\(hint)known: \(known.joined(separator: ", "))")
  }

  /// Levenshtein's distance.
  private static func edits(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let replaced = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }
}
