import Foundation

/// What the terminal behind a descriptor can do, if there is one, so that text can be fitted to it, coloured and redrawn.
///
///     let terminal = Terminal(of: STDOUT_FILENO)
///     let line = terminal.styled("12 of 12 checks passed", .green)
///
/// A pipe or a file is no terminal: it has no width, and gets neither colours nor cursor control.
public struct Terminal: Sendable, Hashable {
  /// Whether there is a terminal at all.
  public let isTerminal: Bool
  /// Columns of a line; nil if there is no terminal.
  public let width: Int?
  /// Whether a line that is begun can be written again: not if `TERM` is `dumb` or missing.
  public let canRedraw: Bool
  /// Whether colours are shown and wanted: not if `NO_COLOR` is set to anything but nothing (no-color.org).
  public let hasColor: Bool

  /// What a pipe or file is.
  public static let none = Terminal(isTerminal: false)

  /// A terminal as `environment` describes it; `width` is 80 columns where it is not known.
  public init(isTerminal: Bool, width: Int? = nil, environment: [String: String] = [:]) {
    let kind = environment["TERM"] ?? ""
    self.isTerminal = isTerminal
    self.width = isTerminal ? width.flatMap { $0 > 0 ? $0 : nil } ?? 80 : nil
    canRedraw = isTerminal && !kind.isEmpty && kind != "dumb"
    hasColor = canRedraw && (environment["NO_COLOR"] ?? "").isEmpty
  }

  /// What is behind `descriptor` now, in the environment of this process: a window may be resized later.
  public init(of descriptor: CInt) {
    var size = winsize()
    let isKnown = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
    self.init(
      isTerminal: isatty(descriptor) == 1, width: isKnown ? Int(size.ws_col) : nil,
      environment: ProcessInfo.processInfo.environment)
  }

  /// How a piece of text can stand out.
  public enum Style: String, Sendable, CaseIterable {
    case bold = "1"
    case faint = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
  }

  /// `text`, which has no control characters, in `style` where there are colours, else as it is.
  public func styled(_ text: String, _ style: Style) -> String {
    hasColor && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// How many columns `text` takes on a terminal: two for wide characters of East Asia and emoji, none for combining ones.
  public static func columns(of text: some StringProtocol) -> Int { text.reduce(0) { $0 + columns(of: $1) } }

  /// How many columns `character` takes.
  public static func columns(of character: Character) -> Int {
    let scalar = character.unicodeScalars.first!
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .control, .format: return 0
    default: break
    }
    if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// The blocks whose characters are wide (Unicode's East Asian Width W and F).
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
    0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
  ]
}
