/// Where a process is that computes a classifier, as users write it: `process: COMMAND`, or `socket: PATH`.
public enum ModelPlace: Sendable, Hashable, CustomStringConvertible {
  /// A command of the shell, started as often as threads ask at once.
  case command(String)
  /// A Unix socket that a process listens on, connected to as often.
  case socket(String)

  /// - Returns: nil if `text` is neither.
  public init?(_ text: String) {
    func rest(after prefix: String) -> String? {
      guard text.hasPrefix(prefix) else { return nil }
      let rest = text.dropFirst(prefix.count).drop { $0 == " " }
      return rest.isEmpty ? nil : String(rest)
    }
    if let command = rest(after: "process:") {
      self = .command(command)
    } else if let path = rest(after: "socket:") {
      self = .socket(path)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .command(let command): "process: \(command)"
    case .socket(let path): "socket: \(path)"
    }
  }
}
