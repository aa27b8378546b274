/// `max_{i≠y} z_i - z_y` (Carlini & Wagner 2017, f₆ without its floor): positive where the image is misclassified.
struct LogitMargin: RowFunction {
  let labels: [Int]

  var name: String { "logitMargin" }
  var leastClassCount: Int { 2 }

  func row(
    _ x: UnsafeBufferPointer<Float>, index: Int, gradient: Float, addingTo result: UnsafeMutableBufferPointer<Float>?
  ) -> Float {
    let label = labels[index]
    let rival = indexOfLargest(x, besides: [label])
    result?[rival] += gradient
    result?[label] -= gradient
    return x[rival] - x[label]
  }
}

extension Variable {
  /// `max_{i≠label} z_i - z_label` for each row of the scores `[B, K]`: `[B]`. An attack ascends it.
  public func logitMargin(labels: [Int]) -> Variable { applying(LogitMargin(labels: labels)) }
}
