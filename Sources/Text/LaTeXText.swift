import Diagnostics

/// Text that LaTeX sets as it is, in one line.
package enum LaTeXText {
  /// Scalars decide, as for LaTeX: a backslash with a combining mark after it begins a command all the same.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\textbackslash{}"
      case "&", "%", "$", "#", "_", "{", "}": result += "\\\(scalar)"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case "|": result += "\\textbar{}"
      case "−": result += "$-$"
      case "–": result += "--"
      case "+": result += "$+$"
      case "<": result += "$<$"
      case ">": result += "$>$"
      // After the end of a row they would be its arguments.
      case "[", "]", "*": result += "{\(scalar)}"
      case "\n", "\r", "\t", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}": result += " "
      case _ where scalar.properties.generalCategory == .control || PrintableText.turnsText(scalar): result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
