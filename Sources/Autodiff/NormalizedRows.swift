package import Kernels
package import Tensors

/// Rows of a tensor normalised, then scaled and shifted: what normalisation over layers, groups, channels of an image or
/// by a norm have in common.
///
/// The inputs are the tensor, whose elements are taken as `[rows, columns]`, and the scales and shifts if there are any:
/// `[period, columns / run]` of any shape.
package struct NormalizedRows: Operation {
  package let normalization: RowNormalization

  package init(_ normalization: RowNormalization) { self.normalization = normalization }

  package var name: String { "normalizedRows" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let x = inputs[0]
    precondition(x.count % normalization.columns == 0, "\(name): \(x.shape) in rows of \(normalization.columns)")
    for input in inputs.dropFirst() {
      precondition(input.count == normalization.scaleCount, "\(name): \(input.shape), not \(normalization.scaleCount)")
    }
    let (means, inverses) = x.rowStatistics(normalization)
    let output = Tensor.from(x, means, inverses, shape: x.shape) { x, means, inverses, y in
      inputs.withBuffers(1, 2) { scales, shifts in
        Kernels.normalize(
          x, normalization, means: means, inverses: inverses, scales: scales, shifts: shifts, into: y)
      }
    }
    return Evaluation(output, saved: saving ? [means, inverses] : [])
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (x, means, inverses, g) = (record.inputs[0], record.saved[0], record.saved[1], record.gradient)
    var gradients = [Tensor?](repeating: nil, count: record.inputs.count)
    if record.wants[0] {
      gradients[0] = Tensor(uninitialized: x.shape) { dx in
        [x, means, inverses, g].withBuffers { buffers in
          record.inputs.withBuffers(1, 2) { scales, _ in
            Kernels.reverseOfNormalize(
              buffers[0], normalization, means: buffers[1], inverses: buffers[2], scales: scales,
              gradient: buffers[3], into: dx)
          }
        }
      }
    }
    guard record.wants.dropFirst().contains(true) else { return gradients }
    [x, means, inverses, g].withBuffers { buffers in
      var (scales, shifts) = (
        Tensor(shape: [normalization.scaleCount]), Tensor(shape: [normalization.scaleCount])
      )
      scales.withUnsafeMutableBuffer { scales in
        shifts.withUnsafeMutableBuffer { shifts in
          Kernels.reverseOfNormalizeByScales(
            buffers[0], normalization, means: buffers[1], inverses: buffers[2], gradient: buffers[3],
            scales: scales, shifts: shifts)
        }
      }
      for (index, sums) in [scales, shifts].enumerated() where index + 1 < gradients.count {
        guard record.wants[index + 1] else { continue }
        gradients[index + 1] = sums.reshaped(to: record.inputs[index + 1].shape)
      }
    }
    return gradients
  }
}

/// What the rows of a tensor are normalised by, as a result of its own.
package struct RowStatistic: Operation {
  package enum Quantity: String, Sendable {
    case mean
    /// 1 over the square root of variance and ε.
    case inverseStandardDeviation
  }

  package let quantity: Quantity
  package let normalization: RowNormalization
  /// Of the result: as many elements as there are rows.
  package let shape: Shape

  package init(_ quantity: Quantity, _ normalization: RowNormalization, shape: Shape) {
    precondition(normalization.divisor == .standardDeviation, "RowStatistic of \(normalization.divisor)")
    self.quantity = quantity
    self.normalization = normalization
    self.shape = shape
  }

  package var name: String { quantity.rawValue }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let (means, inverses) = inputs[0].rowStatistics(normalization)
    let result = quantity == .mean ? means : inverses
    return Evaluation(result.reshaped(to: shape), saved: saving ? [means, inverses] : [])
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (means, inverses) = (record.saved[0], record.saved[1])
    let columns = normalization.columns
    return [
      .from(record.inputs[0], record.gradient, shape: record.inputs[0].shape) { x, g, dx in
        [means, inverses].withBuffers { statistics in
          for row in g.indices {
            let slope = g[row] / Float(columns)
            let cube = statistics[1][row] * statistics[1][row] * statistics[1][row]
            for i in row * columns..<(row + 1) * columns {
              dx[i] = quantity == .mean ? slope : -slope * cube * (x[i] - statistics[0][row])
            }
          }
        }
      }
    ]
  }
}

extension Tensor {
  /// The mean of each row, and 1 over what it is divided by.
  fileprivate func rowStatistics(_ normalization: RowNormalization) -> (means: Tensor, inverses: Tensor) {
    let rows: Shape = [count / normalization.columns]
    var means = Tensor(shape: rows)
    let inverses = Tensor.from(self, shape: rows) { x, inverses in
      means.withUnsafeMutableBuffer {
        Kernels.statistics(of: x, normalization, means: $0, inverses: inverses)
      }
    }
    return (means, inverses)
  }
}

extension [Tensor] {
  /// The elements of all tensors at once.
  func withBuffers<Result>(_ body: ([Floats]) -> Result) -> Result {
    func collect(_ buffers: [Floats]) -> Result {
      guard buffers.count < count else { return body(buffers) }
      return self[buffers.count].withUnsafeBuffer { collect(buffers + [$0]) }
    }
    return collect([])
  }

  /// The elements of the tensors at two indices; `nil` where there is none.
  fileprivate func withBuffers<Result>(_ i: Int, _ j: Int, _ body: (Floats?, Floats?) -> Result) -> Result {
    guard i < count else { return body(nil, nil) }
    return self[i].withUnsafeBuffer { first in
      j < count ? self[j].withUnsafeBuffer { body(first, $0) } : body(first, nil)
    }
  }
}
