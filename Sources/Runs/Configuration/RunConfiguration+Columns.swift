import Attacks
import Diagnostics
import Files

/// How tables for programs spell what a run was made of: the same in every file, so that they join.
extension Budget {
  /// ε in 64 bits: what was typed, so that `8/255` equals `8 / 255` in any language, and not the 32 bits that attacks use.
  package var number: Double {
    let typed = BudgetList.exactValue(of: text)
    if let typed, Float(typed) == value { return typed == 0 ? 0 : typed }
    return Self.number(value)
  }

  /// The shortest decimals that mean `value` among 32-bit numbers, in 64 bits.
  package static func number(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

  /// The columns `epsilon` and `epsilon_text`.
  package var columns: [String] { ["\(number)", text] }

  /// The columns of a budget that is written as `text`.
  package static func columns(of text: String) -> [String] {
    let value = BudgetList.exactValue(of: text) ?? .nan
    return Self(text: text, value: Float(value)).columns
  }
}

extension RunConfiguration.Attack {
  /// The columns `attack` and `attack_parameters`.
  package var columns: [String] { [name, Self.columns(of: description)[1]] }

  /// The columns of an attack that is printed as `description`: `BIM(steps: 3)` is `bim` and `steps: 3`.
  package static func columns(of description: String) -> [String] {
    guard let open = description.firstIndex(of: "("), description.hasSuffix(")") else {
      return [AttackCatalog.vocabulary.name(for: description) ?? description.lowercased(), ""]
    }
    return [
      AttackCatalog.vocabulary.name(for: String(description[..<open])) ?? description[..<open].lowercased(),
      String(description[description.index(after: open)...].dropLast()),
    ]
  }
}

extension RunConfiguration {
  /// The columns `epsilon` and `epsilon_text` of a budget's value.
  package func columns(ofBudget value: Float) -> [String] {
    (budgets.first { $0.value == value } ?? Budget(text: "\(value)", value: value)).columns
  }
}
