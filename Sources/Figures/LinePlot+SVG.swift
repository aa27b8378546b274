extension LinePlot {
  /// The figure in SVG, `width` × `height` units, and taller by what a long legend takes.
  ///
  /// A standalone figure carries its namespace and colours; an inline one uses those of its page.
  package func svg(width: Double, height: Double, standalone: Bool = false) -> String {
    let legend = Legend(self, width: width - 24)
    let height = height + legend.excess
    let frame = Frame(
      left: 52, right: width - 16, top: legend.height + (top == nil ? 14 : 48), bottom: height - 46,
      xMaximum: xMaximum, yMaximum: 100)
    var svg = SVGText()
    var label = title
    if let reference { label += "; dotted line: \(reference.label)" }
    svg.beginFigure(label: label, width: width, height: height, standalone: standalone)
    legend.draw(in: &svg)
    drawAxes(frame, in: &svg)
    svg.axisTitles(x: xLabel, y: yLabel, frame: frame, height: height)
    if let reference { svg.line("chance", y: frame.y(reference.y), from: frame.left, to: frame.right) }
    for (index, series) in series.enumerated() { drawBand(series, index, frame, in: &svg) }
    for (index, series) in series.enumerated() { drawCurve(series, index, frame, in: &svg) }
    svg.end()
    return svg.text
  }

  private func drawAxes(_ frame: Frame, in svg: inout SVGText) {
    let plotWidth = frame.right - frame.left
    for y in stride(from: 0.0, through: frame.yMaximum, by: 20) {
      svg.line("grid", y: frame.y(y), from: frame.left, to: frame.right)
      svg.label(number(y), style: "y-tick", x: frame.left - 8, y: frame.y(y) + 4.5, anchor: "end")
    }
    let ticks = Ticks(in: 0...xMaximum, atMost: max(2, Int(plotWidth / 60)))
    for x in ticks.values {
      svg.line("axis", x: frame.x(x), from: frame.bottom, to: frame.bottom + 5)
      svg.label(ticks.label(x), style: "x-tick", x: frame.x(x), y: frame.bottom + 19)
    }
    if let top {
      let ticks = Ticks(in: 0...(xMaximum * top.factor), atMost: max(2, Int(plotWidth / 60)))
      for x in ticks.values {
        let position = frame.x(x / top.factor)
        svg.line("axis", x: position, from: frame.top - 5, to: frame.top)
        svg.label(ticks.label(x), x: position, y: frame.top - 9)
      }
      svg.label(top.label, x: (frame.left + frame.right) / 2, y: frame.top - 28)
    }
    svg.element(
      "rect",
      [
        "class": "axis", "x": number(frame.left), "y": number(frame.top), "width": number(plotWidth),
        "height": number(frame.bottom - frame.top),
      ])
  }

  private func drawBand(_ series: Series, _ index: Int, _ frame: Frame, in svg: inout SVGText) {
    let upper = series.points.map { "\(number(frame.x($0.x))) \(number(frame.y($0.upper)))" }
    let lower = series.points.reversed().map { "\(number(frame.x($0.x))) \(number(frame.y($0.lower)))" }
    svg.begin("g", ["class": SeriesStyle(index, of: self).name])
    if series.points.count > 1 {
      svg.element("path", ["class": "band", "d": "M" + (upper + lower).joined(separator: "L") + "Z"])
    } else {
      for point in series.points {
        svg.line("bar", x: frame.x(point.x), from: frame.y(point.lower), to: frame.y(point.upper))
      }
    }
    svg.end()
  }

  private func drawCurve(_ series: Series, _ index: Int, _ frame: Frame, in svg: inout SVGText) {
    let style = SeriesStyle(index, of: self)
    svg.begin("g", ["class": style.name])
    let points = series.points.map { "\(number(frame.x($0.x))) \(number(frame.y($0.y)))" }
    if points.count > 1 {
      svg.element(
        "path",
        ["class": "curve", "d": "M" + points.joined(separator: "L"), "stroke-dasharray": style.dash])
    }
    for (point, position) in zip(series.points, points) {
      svg.begin(
        "path", ["class": "mark", "d": style.marker, "transform": "translate(\(position))"])
      svg.element("title", content: point.note)
      svg.end()
    }
    svg.end()
  }
}
