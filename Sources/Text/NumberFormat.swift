import Foundation

/// Numbers as text, the same in every locale.
package enum NumberFormat {
  /// `value` with a fixed number of decimals; a zero has no sign.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    let text = String(format: "%.\(decimals)f", value)
    return text.hasPrefix("-") && text.allSatisfy({ "-0.".contains($0) }) ? String(text.dropFirst()) : text
  }

  /// `value` with at most `decimals` decimals and no trailing zeros.
  package static func short(_ value: Double, _ decimals: Int) -> String {
    var text = fixed(value, decimals)
    guard text.contains(".") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// `value` with at most `digits` significant digits and no trailing zeros, as `1e-17` where decimals would be many.
  package static func significant(_ value: Double, _ digits: Int) -> String {
    let text = String(format: "%.\(digits)g", value)
    return text == "-0" ? "0" : text
  }

  /// A confidence in (0, 1) as a percentage: `90%`, `99.9998%`, and `1 − 2e-17` where a percentage would be 100.
  package static func confidence(_ confidence: Double, tails: Double) -> String {
    if tails < 1e-6 { return "1 − \(significant(tails, 6))" }
    return significant(100 * confidence, confidence > 0.99 ? 7 : 3) + "%"
  }

  /// A share in [0, 1] as a percentage: 0.3124 is `31.2%`.
  package static func percent(_ share: Double, decimals: Int = 1) -> String { fixed(share * 100, decimals) + "%" }

  /// `value` with a fixed number of decimals and its sign: `+1.2`, `−0.3`, `0.0`.
  package static func signed(_ value: Double, _ decimals: Int) -> String {
    let text = fixed(value, decimals)
    if text.hasPrefix("-") { return "−" + text.dropFirst() }
    return text.allSatisfy({ "0.".contains($0) }) ? text : "+" + text
  }

  /// A p-value: three decimals, or a bound where they would be zeros.
  package static func probability(_ value: Double) -> String { value < 0.001 ? "<0.001" : fixed(value, 3) }

  /// `p = 0.004` or `p < 0.001`.
  package static func probabilityEquation(_ value: Double) -> String {
    value < 0.001 ? "p < 0.001" : "p = \(fixed(value, 3))"
  }

  /// `12345` as `12,345`.
  package static func grouped(_ value: Int) -> String {
    var digits = Array(String(value.magnitude))
    var position = digits.count - 3
    while position > 0 {
      digits.insert(",", at: position)
      position -= 3
    }
    return (value < 0 ? "-" : "") + String(digits)
  }
}
