extension LinePlot {
  /// The figure in SVG, `width` × `height` units.
  ///
  /// A standalone figure carries its style sheet and namespace; an inline one uses those of its page.
  func svg(width: Double, height: Double, standalone: Bool = false) -> String {
    let legend = Legend(names: series.map(\.name), reference: reference?.label, width: width - 24)
    let frame = Frame(
      left: 52, right: width - 16, top: legend.height + (top == nil ? 14 : 48), bottom: height - 46,
      xMaximum: xMaximum)
    var svg = SVGText()
    var label = title
    if let reference { label += "; dotted line: \(reference.label)" }
    let box = "0 0 \(number(width)) \(number(height))"
    if standalone {
      svg.begin(
        "svg",
        [
          "xmlns": "http://www.w3.org/2000/svg", "class": "plot", "viewBox": box, "width": number(width),
          "height": number(height), "role": "img", "aria-label": label,
        ])
      svg.style(Self.styleSheet)
      svg.element("rect", ["width": "100%", "height": "100%", "style": "fill:var(--paper)"])
    } else {
      svg.begin("svg", ["class": "plot", "viewBox": box, "role": "img", "aria-label": label])
    }
    legend.draw(in: &svg)
    drawAxes(frame, width: width, height: height, in: &svg)
    if let reference {
      let y = number(frame.y(reference.y))
      svg.element("line", ["class": "chance", "x1": number(frame.left), "x2": number(frame.right), "y1": y, "y2": y])
    }
    for (index, series) in series.enumerated() { drawBand(series, index, frame, in: &svg) }
    for (index, series) in series.enumerated() { drawCurve(series, index, frame, in: &svg) }
    svg.end()
    return svg.text
  }

  private func drawAxes(_ frame: Frame, width: Double, height: Double, in svg: inout SVGText) {
    let plotWidth = frame.right - frame.left
    for y in stride(from: 0.0, through: 100, by: 20) {
      let position = number(frame.y(y))
      svg.element(
        "line", ["class": "grid", "x1": number(frame.left), "x2": number(frame.right), "y1": position, "y2": position])
      svg.element(
        "text",
        ["class": "y-tick", "x": number(frame.left - 8), "y": number(frame.y(y) + 4.5), "text-anchor": "end"],
        content: number(y))
    }
    let ticks = Ticks(in: 0...xMaximum, atMost: max(2, Int(plotWidth / 60)))
    for x in ticks.values {
      let position = number(frame.x(x))
      svg.element(
        "line",
        ["class": "axis", "x1": position, "x2": position, "y1": number(frame.bottom), "y2": number(frame.bottom + 5)])
      svg.element(
        "text", ["class": "x-tick", "x": position, "y": number(frame.bottom + 19), "text-anchor": "middle"],
        content: ticks.label(x))
    }
    if let top {
      let ticks = Ticks(in: 0...(xMaximum * top.factor), atMost: max(2, Int(plotWidth / 60)))
      for x in ticks.values {
        let position = number(frame.x(x / top.factor))
        svg.element(
          "line",
          ["class": "axis", "x1": position, "x2": position, "y1": number(frame.top - 5), "y2": number(frame.top)])
        svg.element(
          "text", ["x": position, "y": number(frame.top - 9), "text-anchor": "middle"], content: ticks.label(x))
      }
      svg.element(
        "text",
        ["x": number((frame.left + frame.right) / 2), "y": number(frame.top - 28), "text-anchor": "middle"],
        content: top.label)
    }
    svg.element(
      "rect",
      [
        "class": "axis", "x": number(frame.left), "y": number(frame.top), "width": number(plotWidth),
        "height": number(frame.bottom - frame.top),
      ])
    svg.element(
      "text",
      [
        "class": "strong", "x": number((frame.left + frame.right) / 2), "y": number(height - 7),
        "text-anchor": "middle",
      ], content: xLabel)
    let middle = number((frame.top + frame.bottom) / 2)
    svg.element(
      "text",
      ["class": "strong", "x": "14", "y": middle, "text-anchor": "middle", "transform": "rotate(-90 14 \(middle))"],
      content: yLabel)
  }

  private func drawBand(_ series: Series, _ index: Int, _ frame: Frame, in svg: inout SVGText) {
    let upper = series.points.map { "\(number(frame.x($0.x))) \(number(frame.y($0.upper)))" }
    let lower = series.points.reversed().map { "\(number(frame.x($0.x))) \(number(frame.y($0.lower)))" }
    svg.begin("g", ["class": "s\(index % 8)"])
    if series.points.count > 1 {
      svg.element("path", ["class": "band", "d": "M" + (upper + lower).joined(separator: "L") + "Z"])
    } else {
      for point in series.points {
        let x = number(frame.x(point.x))
        svg.element(
          "line",
          ["class": "bar", "x1": x, "x2": x, "y1": number(frame.y(point.lower)), "y2": number(frame.y(point.upper))])
      }
    }
    svg.end()
  }

  private func drawCurve(_ series: Series, _ index: Int, _ frame: Frame, in svg: inout SVGText) {
    svg.begin("g", ["class": "s\(index % 8)"])
    let points = series.points.map { "\(number(frame.x($0.x))) \(number(frame.y($0.y)))" }
    if points.count > 1 {
      svg.element(
        "path",
        ["class": "curve", "d": "M" + points.joined(separator: "L"), "stroke-dasharray": Self.dashes[index % 8]])
    }
    for (point, position) in zip(series.points, points) {
      svg.begin(
        "path", ["class": "mark", "d": Self.markers[index % 8], "transform": "translate(\(position))"])
      svg.element("title", content: point.note)
      svg.end()
    }
    svg.end()
  }
}

/// Where data lie on the page.
private struct Frame {
  var left: Double
  var right: Double
  var top: Double
  var bottom: Double
  var xMaximum: Double

  func x(_ value: Double) -> Double { left + value / xMaximum * (right - left) }
  func y(_ percent: Double) -> Double { bottom - percent / 100 * (bottom - top) }
}

/// Names beside samples of their lines, in as many rows as they need.
private struct Legend {
  private struct Entry {
    var name: String
    var x: Double
    var row: Int
  }

  private static let sample = 34.0
  /// A generous guess, since nothing measures text here.
  private static let perCharacter = 7.3
  private static let rowHeight = 20.0
  private var entries: [Entry] = []
  private let curves: Int
  let height: Double

  init(names: [String], reference: String?, width: Double) {
    self.curves = names.count
    var x = 0.0
    var row = 0
    for name in names + (reference.map { [$0] } ?? []) {
      let room = Int((width - Self.sample) / Self.perCharacter)
      let shown = name.count > room ? "…" + name.suffix(max(1, room - 1)) : name
      let needed = Self.sample + Double(shown.count) * Self.perCharacter
      if x > 0, x + needed > width {
        x = 0
        row += 1
      }
      entries.append(Entry(name: shown, x: 12 + x, row: row))
      x += needed + 18
    }
    height = Double(row + 1) * Self.rowHeight
  }

  func draw(in svg: inout SVGText) {
    for (index, entry) in entries.enumerated() {
      let y = Double(entry.row) * Self.rowHeight + 12
      let line = "M\(number(entry.x)) \(number(y))h28"
      svg.begin("g", ["class": "s\(index % 8)"])
      if index < curves {
        svg.element("path", ["class": "curve", "d": line, "stroke-dasharray": LinePlot.dashes[index % 8]])
        svg.element(
          "path",
          [
            "class": "legend-mark", "d": LinePlot.markers[index % 8],
            "transform": "translate(\(number(entry.x + 14)) \(number(y)))",
          ])
      } else {
        svg.element("path", ["class": "chance", "d": line])
      }
      svg.element(
        "text", ["class": "strong", "x": number(entry.x + Self.sample), "y": number(y + 4.5)], content: entry.name)
      svg.end()
    }
  }
}

/// A coordinate: two decimals are a fiftieth of what the eye resolves.
private func number(_ value: Double) -> String { NumberFormat.short(value, 2) }
