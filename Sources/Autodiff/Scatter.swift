package import Kernels
package import Tensors

/// The first input with the elements of the second, the updates, put in or combined with it at fixed positions.
package struct Scatter: Operation {
  /// For each update, where it goes among the elements of the input.
  package let positions: [Int32]
  package let reduction: ScatterReduction

  package init(positions: [Int32], reduction: ScatterReduction) {
    self.positions = positions
    self.reduction = reduction
  }

  package var name: String { "scatter" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    precondition(
      inputs[1].count == positions.count && positions.allSatisfy { $0 >= 0 && Int($0) < inputs[0].count },
      "scatter: \(inputs[1].shape) at \(positions.count) positions of \(inputs[0].shape)")
    return Evaluation(
      .from(inputs[0], inputs[1], shape: inputs[0].shape) {
        Kernels.scatter($0, updates: $1, at: positions, reduction, into: $2)
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (x, updates) = (record.inputs[0], record.inputs[1])
    // Both share one pass over the updates.
    var dx = Tensor(shape: x.shape)
    var du = Tensor(shape: updates.shape)
    record.gradient.withUnsafeBuffer { gradient in
      x.withUnsafeBuffer { x in
        updates.withUnsafeBuffer { updates in
          dx.withUnsafeMutableBuffer { dx in
            du.withUnsafeMutableBuffer { du in
              Kernels.reverseOfScatter(
                gradient, input: x, updates: updates, at: positions, reduction, input: dx, updates: du)
            }
          }
        }
      }
    }
    return [record.wants[0] ? dx : nil, record.wants[1] ? du : nil]
  }
}
