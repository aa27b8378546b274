/// Curves with confidence bands over a shared horizontal axis, in percent.
package struct LinePlot {
  package struct Point: Equatable {
    package var x: Double
    /// In percent, with the bounds of its band.
    package var y: Double
    package var lower: Double
    package var upper: Double
    /// Shown when the pointer rests on the marker.
    package var note: String

    package init(x: Double, y: Double, lower: Double, upper: Double, note: String) {
      self.x = x
      self.y = y
      self.lower = lower
      self.upper = upper
      self.note = note
    }
  }

  package struct Series: Equatable {
    package var name: String
    /// In order of x.
    package var points: [Point]

    package init(name: String, points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// A dashed horizontal line with its name.
  package struct Reference: Equatable {
    package var y: Double
    package var label: String

    package init(y: Double, label: String) {
      self.y = y
      self.label = label
    }
  }

  /// What the figure shows, for readers who can't see it.
  package var title: String
  package var xLabel: String
  package var yLabel: String
  /// A second scale along the top: its name, and how many of its units make one of the horizontal axis.
  package var top: (label: String, factor: Double)?
  package var xMaximum: Double
  package var series: [Series]
  package var reference: Reference?

  package init(
    title: String, xLabel: String, yLabel: String, top: (label: String, factor: Double)? = nil, xMaximum: Double,
    series: [Series], reference: Reference? = nil
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.top = top
    self.xMaximum = xMaximum
    self.series = series
    self.reference = reference
  }

  /// The dash pattern of each series in turn; with colour and marker it tells eight series apart.
  static let dashes = ["none", "7 4", "2 4", "10 4 2 4", "none", "7 4", "2 4", "10 4 2 4"]

  /// The marker of each series in turn, round the origin.
  static let markers = [
    "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0Z",
    "M-3.3 -3.3H3.3V3.3H-3.3Z",
    "M0 -4.4L4.1 3H-4.1Z",
    "M0 -4.6L4.6 0L0 4.6L-4.6 0Z",
    "M0 4.4L4.1 -3H-4.1Z",
    "M-4 -1.3H-1.3V-4H1.3V-1.3H4V1.3H1.3V4H-1.3V1.3H-4Z",
    "M-2 -3.8H2L4 0L2 3.8H-2L-4 0Z",
    "M0 -4.2L4 -1.3L2.5 3.4H-2.5L-4 -1.3Z",
  ]

  /// Colours as custom properties, so that a page's dark scheme reaches the figures.
  static let styleSheet = """
    .plot{--ink:#1c2430;--muted:#5b6676;--line:#dfe3e8;--paper:#fff;font:13px system-ui,sans-serif}
    .plot text{fill:var(--muted)} .plot .strong{fill:var(--ink)} .plot .grid{stroke:var(--line);stroke-width:1}
    .plot .axis{stroke:var(--muted);stroke-width:1;fill:none}
    .plot .chance{fill:none;stroke:var(--muted);stroke-width:2;stroke-dasharray:.1 4;stroke-linecap:round}
    .plot .curve{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
    .plot .band{fill:var(--c);fill-opacity:.2;stroke:none} .plot .bar{stroke:var(--c);stroke-width:1.5}
    .plot .mark,.plot .legend-mark{fill:var(--c);stroke:var(--paper);stroke-width:1}
    .plot .s0{--c:#0b62a8} .plot .s1{--c:#c2410c} .plot .s2{--c:#0f766e} .plot .s3{--c:#8b2fc9}
    .plot .s4{--c:#8a6100} .plot .s5{--c:#be185d} .plot .s6{--c:#475569} .plot .s7{--c:#2f7d1b}
    @media (prefers-color-scheme:dark){
    .plot{--ink:#e8ecf1;--muted:#a3adba;--line:#2d3540;--paper:#14181d}
    .plot .s0{--c:#6bb3f0} .plot .s1{--c:#fb923c} .plot .s2{--c:#4fd1c5} .plot .s3{--c:#c79bf7}
    .plot .s4{--c:#f2c14e} .plot .s5{--c:#f472b6} .plot .s6{--c:#cbd5e1} .plot .s7{--c:#7bd960}
    }

    """
}
