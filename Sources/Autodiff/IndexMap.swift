package import Kernels
package import Tensors

/// Each element of the output is an element of the input, or a fixed number: slices, padding, repetition, gathering.
package struct IndexMap: Operation {
  package let table: IndexTable
  /// What stands where the table picks no element.
  package let fill: Float
  /// Of the output.
  package let shape: Shape

  /// - Precondition: the table's output has as many elements as `shape`.
  package init(_ table: IndexTable, fill: Float = 0, shape: Shape) {
    precondition(
      table.blocks * table.outputCount == shape.count,
      "indexMap: \(table.blocks) blocks of \(table.outputCount) for \(shape)")
    self.table = table
    self.fill = fill
    self.shape = shape
  }

  package var name: String { "indexMap" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    precondition(
      inputs[0].count == table.blocks * table.inputCount,
      "indexMap: \(inputs[0].shape) for \(table.blocks) blocks of \(table.inputCount)")
    return Evaluation(.from(inputs[0], shape: shape) { Kernels.move($0, by: table, fill: fill, into: $1) })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    [
      .from(record.gradient, shape: record.inputs[0].shape) {
        Kernels.reverseOfMove($0, by: table, into: $1)
      }
    ]
  }
}
