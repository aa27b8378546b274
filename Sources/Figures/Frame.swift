/// Where data lie on the page.
struct Frame {
  var left: Double
  var right: Double
  var top: Double
  var bottom: Double
  /// What stands at the right end, and at the top; the left end and the bottom are 0.
  var xMaximum: Double
  var yMaximum: Double

  func x(_ value: Double) -> Double { left + value / xMaximum * (right - left) }
  func y(_ value: Double) -> Double { bottom - value / yMaximum * (bottom - top) }
}
