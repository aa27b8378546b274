/// Takes paths apart as text.
///
/// `deletingLastPathComponent` of Foundation's `NSString` traps on a path of one character (Swift 6.3 on Linux).
public enum PathParts {
  /// What stands before the last component: `a` of `a/b`, `/` of `/b`, nothing of `b`.
  public static func folder(_ path: String) -> String {
    let (folder, _) = split(path)
    return folder
  }

  /// The last component: `b` of `a/b` and of `a/b/`.
  public static func name(_ path: String) -> String {
    let (_, name) = split(path)
    return name
  }

  /// `name` in `folder`; an empty folder is the current one.
  public static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
  }

  /// `path` without slashes at its end, with which a system follows a link.
  package static func withoutSlash(_ path: String) -> String {
    var path = path[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    func trimmed(_ text: Substring) -> Substring {
      var text = text
      while text.count > 1, text.hasSuffix("/") { text.removeLast() }
      return text
    }
    let whole = trimmed(path[...])
    guard whole != "/", let slash = whole.lastIndex(of: "/") else { return ("", String(whole)) }
    return (String(trimmed(whole[...slash])), String(whole[whole.index(after: slash)...]))
  }
}
