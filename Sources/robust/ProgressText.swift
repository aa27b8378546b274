import Files

/// What a progress line says, as much of it as fits.
struct ProgressText {
  let label: String
  /// In [0, 1].
  let share: Double
  let detail: String
  let left: String

  /// The longest form of at most `columns` columns: what matters least is left out first.
  func fitted(to columns: Int) -> String {
    let percent = "\(Int(share * 100))%"
    let forms = [
      ["\(label) \(bar(24)) \(percent)", detail, left], ["\(label) \(bar(10)) \(percent)", detail, left],
      ["\(label) \(percent)", detail, left], ["\(label) \(percent)", left], ["\(label) \(percent)"],
    ].map(Self.joined)
    if let form = forms.first(where: { Terminal.columns(of: $0) <= columns }) { return form }
    var (start, width) = ("", percent.count + 2)
    for character in label {
      width += Terminal.columns(of: character)
      guard width <= columns else { break }
      start.append(character)
    }
    return start.isEmpty ? String(percent.prefix(max(columns, 0))) : "\(start)… \(percent)"
  }

  /// `pieces` with room between them, without those that are empty.
  static func joined(_ pieces: [String]) -> String { pieces.filter { !$0.isEmpty }.joined(separator: "  ") }

  private func bar(_ width: Int) -> String {
    let filled = max(0, min(width, Int(share * Double(width))))
    return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
  }
}
