/// How many values fall into each of some equal bins, with one more bar for those beyond the last.
struct Histogram {
  /// What the figure shows, for readers who can't see it.
  var title: String
  var xLabel: String
  var yLabel: String
  var maximum: Double
  /// By bin, from 0 to `maximum`.
  var counts: [Int]
  /// Values beyond `maximum`, with what to call them.
  var beyond: (label: String, count: Int)
  /// A vertical line with its name.
  var mark: (x: Double, label: String)?

  /// Bins of `values` in (0, `maximum`]: a value on a boundary belongs to the bin below it.
  static func counts(_ values: [Float], maximum: Float, bins: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: bins)
    for value in values {
      let place = Double(value) / Double(maximum) * Double(bins)
      // A billionth of slack, for values that rounding put above their boundary.
      counts[min(bins - 1, max(0, Int((place - 1e-9).rounded(.up)) - 1))] += 1
    }
    return counts
  }

  /// The figure in SVG with its own style sheet, `width` × `height` units.
  func svg(width: Double, height: Double) -> String {
    let (left, right, top, bottom) = (56.0, width - 16, 34.0, height - 46)
    let gap = 28.0
    let barWidth = (right - left - gap) / Double(counts.count + 2)
    let plotRight = left + barWidth * Double(counts.count)
    let largest = Double(max(counts.max() ?? 0, beyond.count, 1))
    func x(_ value: Double) -> Double { left + value / maximum * (plotRight - left) }
    func y(_ count: Double) -> Double { bottom - count / largest * (bottom - top) }
    var svg = SVGText()
    svg.begin(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "class": "plot", "viewBox": "0 0 \(n(width)) \(n(height))",
        "width": n(width), "height": n(height), "role": "img", "aria-label": title,
      ])
    svg.style(LinePlot.styleSheet)
    svg.element("rect", ["width": "100%", "height": "100%", "style": "fill:var(--paper)"])
    svg.element("text", ["class": "strong", "x": n(left), "y": "20"], content: title)
    for tick in Ticks(in: 0...largest, atMost: 5).values where tick == tick.rounded() {
      svg.element(
        "line", ["class": "grid", "x1": n(left), "x2": n(right), "y1": n(y(tick)), "y2": n(y(tick))])
      svg.element(
        "text", ["x": n(left - 8), "y": n(y(tick) + 4.5), "text-anchor": "end"], content: NumberFormat.fixed(tick, 0))
    }
    func bar(_ at: Double, _ wide: Double, _ count: Int, _ note: String, _ style: String) {
      guard count > 0 else { return }
      svg.begin(
        "rect",
        [
          "x": n(at + 0.5), "y": n(y(Double(count))), "width": n(wide - 1), "height": n(bottom - y(Double(count))),
          "style": style,
        ])
      svg.element("title", content: note)
      svg.end()
    }
    svg.begin("g", ["class": "s0"])
    let width = maximum / Double(counts.count)
    for (index, count) in counts.enumerated() {
      let range =
        "\(NumberFormat.short(Double(index) * width, 4)) to \(NumberFormat.short(Double(index + 1) * width, 4))"
      bar(x(Double(index) * width), barWidth, count, "ε from \(range): \(count)", "fill:var(--c)")
    }
    svg.end()
    svg.begin("g", ["class": "s1"])
    bar(plotRight + gap, 2 * barWidth, beyond.count, "\(beyond.label): \(beyond.count)", "fill:var(--c)")
    svg.end()
    svg.element(
      "line", ["class": "axis", "x1": n(left), "x2": n(right), "y1": n(bottom), "y2": n(bottom)])
    let ticks = Ticks(in: 0...maximum, atMost: 8)
    for tick in ticks.values {
      svg.element(
        "line", ["class": "axis", "x1": n(x(tick)), "x2": n(x(tick)), "y1": n(bottom), "y2": n(bottom + 5)])
      svg.element(
        "text", ["x": n(x(tick)), "y": n(bottom + 19), "text-anchor": "middle"], content: ticks.label(tick))
    }
    svg.element(
      "text", ["x": n(plotRight + gap + barWidth), "y": n(bottom + 19), "text-anchor": "middle"],
      content: beyond.label)
    if let mark {
      let place = n(x(mark.x))
      svg.element("line", ["class": "chance", "x1": place, "x2": place, "y1": n(top - 4), "y2": n(bottom)])
      svg.element("text", ["x": n(x(mark.x) + 5), "y": n(top + 7)], content: mark.label)
    }
    svg.element(
      "text",
      ["class": "strong", "x": n((left + plotRight) / 2), "y": n(height - 7), "text-anchor": "middle"],
      content: xLabel)
    let middle = n((top + bottom) / 2)
    svg.element(
      "text",
      ["class": "strong", "x": "14", "y": middle, "text-anchor": "middle", "transform": "rotate(-90 14 \(middle))"],
      content: yLabel)
    svg.end()
    return svg.text
  }

  private func n(_ value: Double) -> String { NumberFormat.short(value, 2) }
}
