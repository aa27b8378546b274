import Text

/// A figure in SVG being drawn, element by element: what all plots are made of.
struct SVGText {
  private var xml = XMLText()
  /// Of a figure in a file: the colours of the series that enclose what is written; nil on a page, whose style sheet has them.
  private var colors: [String]?

  var text: String { xml.text }

  mutating func begin(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) {
    xml.begin(name, attributes: styled(attributes))
    guard let color = colors?.last else { return }
    let style = attributes.first { $0.key == "class" }?.value
    colors?.append(FigureColors.light.color(ofClass: style) ?? color)
  }

  mutating func end() {
    xml.end()
    if colors != nil { colors?.removeLast() }
  }

  mutating func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], content: String? = nil
  ) {
    xml.element(name, attributes: styled(attributes), content: content)
  }

  /// In a file, elements have the attributes of their class instead of leaving them to a style sheet.
  private func styled(_ attributes: KeyValuePairs<String, String>) -> [(name: String, value: String)] {
    let own = attributes.map { (name: $0.key, value: $0.value) }
    guard let color = colors?.last, let style = own.first(where: { $0.name == "class" })?.value else { return own }
    // What an element says itself goes before its class.
    return own
      + FigureStyle.attributes(style, color: color).filter { attribute in !own.contains { $0.name == attribute.name } }
  }

  /// Opens a figure of `width` × `height` units, which `end()` closes; `label` says what it shows.
  ///
  /// A standalone figure carries its namespace, and its colours as attributes; an inline one uses the style sheet of its
  /// page.
  mutating func beginFigure(label: String, width: Double, height: Double, standalone: Bool) {
    let box = "0 0 \(number(width)) \(number(height))"
    guard standalone else {
      begin("svg", ["class": "plot", "viewBox": box, "role": "img", "aria-label": label])
      return
    }
    begin(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": "plot", "viewBox": box, "width": number(width),
        "height": number(height), "role": "img", "aria-label": label,
        "font-family": "Helvetica, Arial, 'Liberation Sans', sans-serif", "font-size": number(FigureStyle.fontSize),
      ])
    colors = [FigureColors.light.series[0]]
    // Not in per cent, which not every program knows.
    element("rect", ["class": "paper", "x": "0", "y": "0", "width": number(width), "height": number(height)])
  }

  mutating func line(_ style: String, x: Double, from y1: Double, to y2: Double) {
    line(style, from: (x, y1), to: (x, y2))
  }

  mutating func line(_ style: String, y: Double, from x1: Double, to x2: Double) {
    line(style, from: (x1, y), to: (x2, y))
  }

  private mutating func line(_ style: String, from start: (x: Double, y: Double), to end: (x: Double, y: Double)) {
    element(
      "line",
      ["class": style, "x1": number(start.x), "x2": number(end.x), "y1": number(start.y), "y2": number(end.y)])
  }

  /// Text whose middle, or `anchor`, is at `x`.
  mutating func label(_ text: String, x: Double, y: Double, anchor: String = "middle") {
    label(text, style: "label", x: x, y: y, anchor: anchor)
  }

  mutating func label(_ text: String, style: String, x: Double, y: Double, anchor: String = "middle") {
    element("text", ["class": style, "x": number(x), "y": number(y), "text-anchor": anchor], content: text)
  }

  /// The names of both axes, in a figure of `height`.
  mutating func axisTitles(x: String, y: String, frame: Frame, height: Double) {
    label(x, style: "strong", x: (frame.left + frame.right) / 2, y: height - 7)
    let middle = number((frame.top + frame.bottom) / 2)
    element(
      "text",
      ["class": "strong", "x": "14", "y": middle, "text-anchor": "middle", "transform": "rotate(-90 14 \(middle))"],
      content: y)
  }
}

/// A coordinate: two decimals are a fiftieth of what the eye resolves.
func number(_ value: Double) -> String { NumberFormat.short(value, 2) }
