package import Kernels
package import Tensors

/// One axis resampled: each new element is a weighted sum of neighbours on the old axis.
package struct Resampling: Operation {
  package let axis: Int
  package let rows: ResamplingRows

  package init(axis: Int, rows: ResamplingRows) {
    self.axis = axis
    self.rows = rows
  }

  package var name: String { "resampling" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = inputs[0].shape
    precondition(
      axis >= 0 && axis < shape.rank && shape[axis] == rows.inputCount && shape.count > 0 && rows.count > 0,
      "resampling: axis \(axis) of \(shape) has not \(rows.inputCount) elements")
    var dimensions = shape.dimensions
    dimensions[axis] = rows.count
    let (outer, _, inner) = shape.split(at: axis)
    return Evaluation(
      .from(inputs[0], shape: Shape(dimensions)) {
        Kernels.resample($0, outer: outer, inner: inner, by: rows, into: $1)
      }
    )
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = record.inputs[0].shape
    let (outer, _, inner) = shape.split(at: axis)
    return [
      .from(record.gradient, shape: shape) {
        Kernels.reverseOfResample($0, outer: outer, inner: inner, by: rows, into: $1)
      }
    ]
  }
}

extension ResamplingRows {
  /// The triangle filter, whose support grows with the scale where an axis becomes shorter, so that nothing is left out: what
  /// Pillow calls bilinear, and PyTorch bilinear with `antialias`.
  ///
  /// With s = old/new, the centre of new element i is c = s (i + ½); an old element j has the weight 1 − |j + ½ − c| / max(s, 1)
  /// where that is positive, and weights are divided by their sum.
  static func triangle(from old: Int, to new: Int) -> ResamplingRows {
    let scale = Double(old) / Double(new)
    let support = max(scale, 1)
    var (starts, offsets, weights): ([Int], [Int], [Float]) = ([], [0], [])
    for i in 0..<new {
      let center = scale * (Double(i) + 0.5)
      let first = max(Int((center - support + 0.5).rounded(.towardZero)), 0)
      let end = min(Int((center + support + 0.5).rounded(.towardZero)), old)
      let run = (first..<max(end, first + 1)).map { max(0, 1 - abs(Double($0) + 0.5 - center) / support) }
      let sum = run.reduce(0, +)
      starts.append(first)
      weights += run.map { Float(sum > 0 ? $0 / sum : 1 / Double(run.count)) }
      offsets.append(weights.count)
    }
    return ResamplingRows(starts: starts, offsets: offsets, weights: weights, inputCount: old)
  }
}

extension Variable {
  /// Images `[B, C, H, W]` at another size, `[B, C, rows, columns]`: bilinear, with smoothing where they become smaller.
  public func resized(rows: Int, columns: Int) -> Variable {
    precondition(shape.rank == 4 && rows > 0 && columns > 0, "resized: \(shape) to \(rows)×\(columns)")
    let tall =
      shape[2] == rows ? self : applying(Resampling(axis: 2, rows: .triangle(from: shape[2], to: rows)))
    return shape[3] == columns
      ? tall : tall.applying(Resampling(axis: 3, rows: .triangle(from: shape[3], to: columns)))
  }
}
