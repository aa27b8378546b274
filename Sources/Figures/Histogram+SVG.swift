import Text

extension Histogram {
  /// The figure in SVG for a file, `width` × `height` units.
  package func svg(width: Double, height: Double) -> String {
    let (left, right, gap) = (56.0, width - 16, 28.0)
    // As many bars as bins, and one of twice their width for what lies beyond.
    let barWidth = (right - left - gap) / Double(counts.count + 2)
    let frame = Frame(
      left: left, right: left + barWidth * Double(counts.count), top: 34, bottom: height - 46, xMaximum: maximum,
      yMaximum: Double(max(counts.max() ?? 0, beyond.count, 1)))
    let beyondBars = (left: frame.right + gap, width: 2 * barWidth)
    var svg = SVGText()
    svg.beginFigure(label: title, width: width, height: height, standalone: true)
    svg.element("text", ["class": "strong", "x": number(left), "y": "20"], content: title)
    drawGrid(frame, to: right, in: &svg)
    drawBars(frame, barWidth, in: &svg)
    svg.begin("g", ["class": "s1"])
    drawBar(frame, beyondBars.left, beyondBars.width, beyond.count, "\(beyond.label): \(beyond.count)", in: &svg)
    svg.end()
    drawAxis(frame, to: right, in: &svg)
    svg.label(beyond.label, x: beyondBars.left + barWidth, y: frame.bottom + 19)
    if let mark {
      svg.line("chance", x: frame.x(mark.x), from: frame.top - 4, to: frame.bottom)
      svg.element(
        "text", ["class": "label", "x": number(frame.x(mark.x) + 5), "y": number(frame.top + 7)], content: mark.label)
    }
    svg.axisTitles(x: xLabel, y: yLabel, frame: frame, height: height)
    svg.end()
    return svg.text
  }

  private func drawGrid(_ frame: Frame, to right: Double, in svg: inout SVGText) {
    for tick in Ticks(in: 0...frame.yMaximum, atMost: 5).values where tick == tick.rounded() {
      svg.line("grid", y: frame.y(tick), from: frame.left, to: right)
      svg.label(NumberFormat.fixed(tick, 0), x: frame.left - 8, y: frame.y(tick) + 4.5, anchor: "end")
    }
  }

  private func drawBars(_ frame: Frame, _ barWidth: Double, in svg: inout SVGText) {
    svg.begin("g", ["class": "s0"])
    let width = maximum / Double(counts.count)
    for (index, count) in counts.enumerated() {
      let (start, end) = (Double(index) * width, Double(index + 1) * width)
      let note = "ε from \(NumberFormat.short(start, 4)) to \(NumberFormat.short(end, 4)): \(count)"
      drawBar(frame, frame.x(start), barWidth, count, note, in: &svg)
    }
    svg.end()
  }

  private func drawBar(
    _ frame: Frame, _ left: Double, _ width: Double, _ count: Int, _ note: String, in svg: inout SVGText
  ) {
    guard count > 0 else { return }
    let top = frame.y(Double(count))
    svg.begin(
      "rect",
      [
        "class": "fill", "x": number(left + 0.5), "y": number(top), "width": number(width - 1),
        "height": number(frame.bottom - top),
      ])
    svg.element("title", content: note)
    svg.end()
  }

  private func drawAxis(_ frame: Frame, to right: Double, in svg: inout SVGText) {
    svg.line("axis", y: frame.bottom, from: frame.left, to: right)
    let ticks = Ticks(in: 0...maximum, atMost: 8)
    for tick in ticks.values {
      svg.line("axis", x: frame.x(tick), from: frame.bottom, to: frame.bottom + 5)
      svg.label(ticks.label(tick), x: frame.x(tick), y: frame.bottom + 19)
    }
  }
}
