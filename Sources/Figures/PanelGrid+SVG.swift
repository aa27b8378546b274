import Foundation
import Text

extension PanelGrid {
  private static let (panelWidth, panelHeight) = (150.0, 96.0)
  /// Round a panel: room for its tick labels.
  private static let (left, right, above, below) = (62.0, 12.0, 10.0, 26.0)
  /// A generous guess, since nothing measures text here.
  private static let perCharacter = 7.0

  /// The figure in SVG, for a file.
  package func svg() -> String {
    let rowLabels = rows.count > 1 ? 24.0 : 4
    let (cellWidth, cellHeight) =
      (Self.left + Self.panelWidth + Self.right, Self.above + Self.panelHeight + Self.below)
    let top = 58.0
    let longest = ([title] + caption).map(\.count).max() ?? 0
    let width = max(
      rowLabels + cellWidth * Double(max(columns.count, 1)) + 8, 24 + Self.perCharacter * Double(longest))
    let bottom = top + cellHeight * Double(panels.count)
    let height = bottom + 26 + 18 * Double(caption.count) + 8
    var svg = SVGText()
    svg.beginFigure(label: title, width: width, height: height, standalone: true)
    svg.element("text", ["class": "strong", "x": "12", "y": "22"], content: title)
    for (index, name) in columns.enumerated() {
      let middle = rowLabels + cellWidth * Double(index) + Self.left + Self.panelWidth / 2
      svg.label(name, style: "strong", x: middle, y: top - 4)
    }
    for (row, panels) in panels.enumerated() {
      let y = top + cellHeight * Double(row)
      if rows.count > 1 { drawRowLabel(rows[row], middle: y + Self.above + Self.panelHeight / 2, in: &svg) }
      for (column, panel) in panels.enumerated() {
        guard let panel else { continue }
        let x = rowLabels + cellWidth * Double(column)
        panel.draw(
          Panel.Place(
            left: x + Self.left, right: x + Self.left + Self.panelWidth, top: y + Self.above,
            bottom: y + Self.above + Self.panelHeight), in: &svg)
      }
    }
    svg.label(xLabel, style: "strong", x: (rowLabels + width) / 2, y: bottom + 14)
    for (index, line) in caption.enumerated() {
      svg.element("text", ["class": "label", "x": "12", "y": number(bottom + 38 + 18 * Double(index))], content: line)
    }
    svg.end()
    return svg.text
  }

  private func drawRowLabel(_ text: String, middle: Double, in svg: inout SVGText) {
    svg.element(
      "text",
      [
        "class": "strong", "x": "18", "y": number(middle), "text-anchor": "middle",
        "transform": "rotate(-90 18 \(number(middle)))",
      ], content: text)
  }
}

extension PanelGrid.Panel {
  /// The rectangle inside a panel's axes.
  struct Place {
    var left, right, top, bottom: Double
  }

  fileprivate func draw(_ place: Place, in svg: inout SVGText) {
    func x(_ value: Double) -> Double {
      place.left + (value - self.x.lowerBound) / (self.x.upperBound - self.x.lowerBound) * (place.right - place.left)
    }
    func scaled(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }
    func y(_ value: Double) -> Double {
      let (low, high) = (scaled(self.y.lowerBound), scaled(self.y.upperBound))
      let share = value > self.y.lowerBound ? (scaled(min(value, self.y.upperBound)) - low) / (high - low) : 0
      return place.bottom - share * (place.bottom - place.top)
    }
    for (value, label) in yTicks {
      svg.line("grid", y: y(value), from: place.left, to: place.right)
      svg.label(label, x: place.left - 6, y: y(value) + 4.5, anchor: "end")
    }
    for (value, label) in xTicks {
      svg.line("axis", x: x(value), from: place.bottom, to: place.bottom + 4)
      svg.label(label, x: x(value), y: place.bottom + 17)
    }
    svg.begin("g", ["class": "s0"])
    switch content {
    case .bars(let values):
      let width = (place.right - place.left) / Double(max(values.count, 1))
      var path = "M\(number(place.left)) \(number(place.bottom))"
      for (index, value) in values.enumerated() {
        path += "V\(number(y(value)))H\(number(place.left + width * Double(index + 1)))"
      }
      svg.begin("path", ["class": "fill", "d": path + "V\(number(place.bottom))Z"])
      svg.element("title", content: note)
      svg.end()
    case .line(let values):
      let points = values.enumerated().map { "\(number(x(Double($0.offset + 1)))) \(number(y($0.element)))" }
      svg.begin("path", ["class": "curve", "d": "M" + points.joined(separator: "L")])
      svg.element("title", content: note)
      svg.end()
      for point in points {
        svg.element("path", ["class": "mark", "d": SeriesStyle.markers[0], "transform": "translate(\(point))"])
      }
    }
    svg.end()
    svg.element(
      "rect",
      [
        "class": "axis", "x": number(place.left), "y": number(place.top), "width": number(place.right - place.left),
        "height": number(place.bottom - place.top),
      ])
  }

  private var xTicks: [(value: Double, label: String)] {
    if case .line(let values) = content { return values.indices.map { (Double($0 + 1), "\($0 + 1)") } }
    let ticks = Ticks(in: x, atMost: 3)
    return ticks.values.map { ($0, ticks.label($0)) }
  }

  private var yTicks: [(value: Double, label: String)] {
    guard isLogarithmic else {
      let ticks = Ticks(in: y, atMost: 4)
      return ticks.values.map { ($0, ticks.label($0).replacing("-", with: "−")) }
    }
    var ticks: [(Double, String)] = []
    var value = y.upperBound
    while value > y.lowerBound * 1.5 {
      ticks.append((value, NumberFormat.short(value, 9)))
      value /= 10
    }
    return ticks.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
  }
}
