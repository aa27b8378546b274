import Kernels
package import Tensors

/// Softmax, its logarithm or its limit along any one axis.
package struct AxisSoftmax: Operation {
  package enum Kind: String, Sendable {
    case softmax, logSoftmax
    /// 1 at the first of the largest, 0 elsewhere; its derivative is zero.
    case hardmax
  }

  let kind: Kind
  let axis: Int

  package init(_ kind: Kind, axis: Int) {
    self.kind = kind
    self.axis = axis
  }

  package var name: String { kind.rawValue }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let layout = ReductionLayout(rows: inputs[0].shape, axis)
    let x = layout.arranged(inputs[0])
    let y = Tensor.from(x, shape: x.shape) { x, y in
      switch kind {
      case .softmax: Kernels.softmaxOfRows(x, rows: layout.outer, columns: layout.count, into: y)
      case .logSoftmax: Kernels.logSoftmaxOfRows(x, rows: layout.outer, columns: layout.count, into: y)
      case .hardmax: Kernels.hardmaxOfRows(x, rows: layout.outer, columns: layout.count, into: y)
      }
    }
    return Evaluation(layout.restored(y))
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    guard kind != .hardmax else { return [nil] }
    let layout = ReductionLayout(rows: record.inputs[0].shape, axis)
    let y = layout.arranged(record.outputs[0])
    let gradient = Tensor.from(y, layout.arranged(record.gradient), shape: y.shape) { y, g, dx in
      if kind == .softmax {
        Kernels.reverseOfSoftmaxRows(output: y, gradient: g, rows: layout.outer, columns: layout.count, into: dx)
      } else {
        Kernels.reverseOfLogSoftmax(output: y, gradient: g, rows: layout.outer, columns: layout.count, into: dx)
      }
    }
    return [layout.restored(gradient)]
  }
}
