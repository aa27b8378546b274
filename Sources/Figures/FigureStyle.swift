/// What the classes of a figure's elements look like.
///
/// On a page a style sheet says so, with custom properties that follow its dark scheme. A figure in a file goes to programs
/// that know no such properties, or no style sheet at all: there each element carries attributes with the colours of
/// `FigureColors.light`.
package enum FigureStyle {
  /// Where an attribute's colour comes from.
  fileprivate enum Paint {
    case ink, muted, line, paper, series, none
  }

  fileprivate struct Rule {
    var fill: Paint?
    var stroke: Paint?
    /// Those that hold no colour.
    var others: [(name: String, value: String)] = []
  }

  static let fontSize = 13.0

  /// By class.
  fileprivate static let rules: [(style: String, rule: Rule)] = [
    ("paper", Rule(fill: .paper)),
    ("strong", Rule(fill: .ink)),
    ("x-tick", Rule(fill: .muted)), ("y-tick", Rule(fill: .muted)), ("label", Rule(fill: .muted)),
    ("grid", Rule(stroke: .line, others: [("stroke-width", "1")])),
    ("axis", Rule(fill: Paint.none, stroke: .muted, others: [("stroke-width", "1")])),
    (
      "chance",
      Rule(
        fill: Paint.none, stroke: .muted,
        others: [("stroke-width", "2"), ("stroke-dasharray", "0.1 4"), ("stroke-linecap", "round")])
    ),
    ("curve", Rule(fill: Paint.none, stroke: .series, others: [("stroke-width", "2"), ("stroke-linejoin", "round")])),
    ("dash-sample", Rule(fill: Paint.none, stroke: .ink, others: [("stroke-width", "2")])),
    ("band", Rule(fill: .series, others: [("fill-opacity", "0.2"), ("stroke", "none")])),
    ("bar", Rule(stroke: .series, others: [("stroke-width", "1.5")])),
    ("fill", Rule(fill: .series)),
    ("mark", Rule(fill: .series, stroke: .paper, others: [("stroke-width", "1")])),
    ("legend-mark", Rule(fill: .series, stroke: .paper, others: [("stroke-width", "1")])),
  ]

  /// For pages.
  package static let sheet =
    FigureColors.light.properties
    + ".plot{font:\(number(fontSize))px system-ui,sans-serif}\n"
    + rules.map { style, rule in
      let declarations = rule.attributes { $0.variable }.map { "\($0.name):\($0.value)" }
      return ".plot .\(style){\(declarations.joined(separator: ";"))}\n"
    }.joined()
    + "@media (prefers-color-scheme:dark){\n\(FigureColors.dark.properties)}\n"

  /// For files: the attributes of an element of `style`, in a series of colour `color`.
  static func attributes(_ style: String, color: String) -> [(name: String, value: String)] {
    guard let rule = rules.first(where: { $0.style == style })?.rule else { return [] }
    return rule.attributes { $0.color(.light, series: color) }
  }
}

extension FigureStyle.Rule {
  fileprivate func attributes(_ text: (FigureStyle.Paint) -> String) -> [(name: String, value: String)] {
    var result: [(name: String, value: String)] = []
    if let fill { result.append(("fill", text(fill))) }
    if let stroke { result.append(("stroke", text(stroke))) }
    return result + others
  }
}

extension FigureStyle.Paint {
  fileprivate var variable: String {
    switch self {
    case .ink: "var(--ink)"
    case .muted: "var(--muted)"
    case .line: "var(--line)"
    case .paper: "var(--paper)"
    case .series: "var(--c)"
    case .none: "none"
    }
  }

  fileprivate func color(_ colors: FigureColors, series: String) -> String {
    switch self {
    case .ink: colors.ink
    case .muted: colors.muted
    case .line: colors.line
    case .paper: colors.paper
    case .series: series
    case .none: "none"
    }
  }
}
