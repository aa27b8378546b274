/// Names beside samples of their lines, in as many rows as they need.
struct Legend {
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

  func draw(in svg: inout XMLText) {
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
