import Tensors

/// A number per row of `[batch, classes]`, given the label of each row, with its derivatives by the row.
///
/// The losses and the attack objectives conform to it: they say what they do with one row.
protocol RowFunction: Operation {
  var labels: [Int] { get }

  /// The fewest classes for which it is defined.
  var leastClassCount: Int { get }

  /// The value for one row; adds `gradient` times its derivatives to `result` if there is one.
  func row(
    _ x: UnsafeBufferPointer<Float>, index: Int, gradient: Float, addingTo result: UnsafeMutableBufferPointer<Float>?
  ) -> Float
}

extension RowFunction {
  var leastClassCount: Int { 1 }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (rows, columns) = inputs[0].shape.requireMatrix(name)
    precondition(columns >= leastClassCount, "\(name): \(columns) classes, at least \(leastClassCount) needed")
    requireIndices(labels, rows, columns)
    return Evaluation(
      .from(inputs[0], shape: [rows]) { x, y in
        for i in 0..<rows {
          let values = UnsafeBufferPointer(rebasing: x[(i * columns)..<((i + 1) * columns)])
          y[i] = row(values, index: i, gradient: 0, addingTo: nil)
        }
      })
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = record.inputs[0].shape
    let columns = shape[1]
    return [
      .from(record.inputs[0], record.gradient, shape: shape) { x, g, dx in
        dx.update(repeating: 0)
        for i in 0..<shape[0] {
          let range = (i * columns)..<((i + 1) * columns)
          _ = row(
            UnsafeBufferPointer(rebasing: x[range]), index: i, gradient: g[i],
            addingTo: UnsafeMutableBufferPointer(rebasing: dx[range]))
        }
      }
    ]
  }

  /// Traps unless there is one index below `columns` for each of `rows` rows.
  func requireIndices(_ indices: [Int], _ rows: Int, _ columns: Int) {
    precondition(indices.count == rows, "\(name): \(indices.count) labels for \(rows) rows")
    precondition(
      indices.allSatisfy { $0 >= 0 && $0 < columns }, "\(name): a label is not in 0..<\(columns): \(indices)")
  }
}

/// Index of the largest element but for `excluded`; the first of equals.
func indexOfLargest(_ x: UnsafeBufferPointer<Float>, besides excluded: [Int]) -> Int {
  var best: Int?
  for i in x.indices where !excluded.contains(i) {
    if let current = best, !(x[i] > x[current]) { continue }
    best = i
  }
  return best!
}
