/// Names beside samples of their lines, in as many rows as they need.
struct Legend {
  /// What stands before a name.
  private enum Sample {
    case series(SeriesStyle)
    /// A colour with its marker, whatever the dash.
    case color(SeriesStyle)
    /// A dash, whatever the colour.
    case dash(SeriesStyle)
    case reference
  }

  private struct Entry {
    var name: String
    var sample: Sample
    var x = 0.0
    var row = 0
  }

  private static let sampleWidth = 34.0
  /// A generous guess, since nothing measures text here.
  private static let perCharacter = 7.3
  private static let rowHeight = 20.0
  private var entries: [Entry] = []
  let height: Double

  init(_ plot: LinePlot, width: Double) {
    var groups: [[Entry]]
    if let key = plot.key {
      groups = [
        key.colors.enumerated().map { Entry(name: $1, sample: .color(SeriesStyle(color: $0, dash: 0))) },
        key.dashes.enumerated().map { Entry(name: $1, sample: .dash(SeriesStyle(color: 0, dash: $0))) },
      ]
    } else {
      groups = [plot.series.enumerated().map { Entry(name: $1.name, sample: .series(SeriesStyle($0, of: plot))) }]
    }
    if let reference = plot.reference {
      groups[groups.count - 1].append(Entry(name: reference.label, sample: .reference))
    }
    var (x, row) = (0.0, 0)
    for group in groups {
      // Colours and dashes each begin a row.
      if x > 0 { (x, row) = (0, row + 1) }
      for var entry in group {
        let room = Int((width - Self.sampleWidth) / Self.perCharacter)
        if entry.name.count > room { entry.name = "…" + entry.name.suffix(max(1, room - 1)) }
        let needed = Self.sampleWidth + Double(entry.name.count) * Self.perCharacter
        if x > 0, x + needed > width { (x, row) = (0, row + 1) }
        (entry.x, entry.row) = (12 + x, row)
        entries.append(entry)
        x += needed + 18
      }
    }
    height = Double(row + 1) * Self.rowHeight
  }

  /// How much taller than a legend of two rows it is.
  var excess: Double { max(0, height - 2 * Self.rowHeight) }

  func draw(in svg: inout SVGText) {
    for entry in entries {
      let y = Double(entry.row) * Self.rowHeight + 12
      let line = "M\(number(entry.x)) \(number(y))h28"
      switch entry.sample {
      case .series(let style):
        svg.begin("g", ["class": style.name])
        svg.element("path", ["class": "curve", "d": line, "stroke-dasharray": style.dash])
        drawMarker(style, at: (entry.x + 14, y), in: &svg)
      case .color(let style):
        svg.begin("g", ["class": style.name])
        svg.element("path", ["class": "curve", "d": line])
        drawMarker(style, at: (entry.x + 14, y), in: &svg)
      case .dash(let style):
        svg.begin("g")
        svg.element("path", ["class": "dash-sample", "d": line, "stroke-dasharray": style.dash])
      case .reference:
        svg.begin("g")
        svg.element("path", ["class": "chance", "d": line])
      }
      svg.element(
        "text", ["class": "strong", "x": number(entry.x + Self.sampleWidth), "y": number(y + 4.5)], content: entry.name)
      svg.end()
    }
  }

  private func drawMarker(_ style: SeriesStyle, at place: (x: Double, y: Double), in svg: inout SVGText) {
    svg.element(
      "path",
      ["class": "legend-mark", "d": style.marker, "transform": "translate(\(number(place.x)) \(number(place.y)))"])
  }
}
