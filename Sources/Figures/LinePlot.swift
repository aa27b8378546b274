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
    /// Where the series stands in the figure's `key`; nil for its place among all series.
    package var kind: (color: Int, dash: Int)?

    package init(name: String, points: [Point], kind: (color: Int, dash: Int)? = nil) {
      self.name = name
      self.points = points
      self.kind = kind
    }

    package static func == (a: Series, b: Series) -> Bool {
      a.name == b.name && a.points == b.points && a.kind?.color == b.kind?.color && a.kind?.dash == b.kind?.dash
    }
  }

  /// What colours and markers, and what dashes mean, where a series is one of each: models, and attacks, for example.
  package struct Key: Equatable {
    package var colors: [String]
    package var dashes: [String]

    package init(colors: [String], dashes: [String]) {
      self.colors = colors
      self.dashes = dashes
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
  /// With it, the legend names colours and dashes apart, instead of every series.
  package var key: Key?

  package init(
    title: String, xLabel: String, yLabel: String, top: (label: String, factor: Double)? = nil, xMaximum: Double,
    series: [Series], reference: Reference? = nil, key: Key? = nil
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.top = top
    self.xMaximum = xMaximum
    self.series = series
    self.reference = reference
    self.key = key
  }
}
