package import Kernels
package import Tensors

/// The transpose of `IndexMap`: each element of the output is the sum of the elements of the input that the table puts there,
/// as in the fold of overlapping blocks into an image.
package struct IndexSum: Operation {
  /// Of the map that this is the transpose of: its output is the input here.
  package let table: IndexTable
  /// Of the output.
  package let shape: Shape

  /// - Precondition: the table's input has as many elements as `shape`.
  package init(_ table: IndexTable, shape: Shape) {
    precondition(
      table.blocks * table.inputCount == shape.count,
      "indexSum: \(table.blocks) blocks of \(table.inputCount) for \(shape)")
    self.table = table
    self.shape = shape
  }

  package var name: String { "indexSum" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    precondition(
      inputs[0].count == table.blocks * table.outputCount,
      "indexSum: \(inputs[0].shape) for \(table.blocks) blocks of \(table.outputCount)")
    return Evaluation(.from(inputs[0], shape: shape) { Kernels.reverseOfMove($0, by: table, into: $1) })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    [.from(record.gradient, shape: record.inputs[0].shape) { Kernels.move($0, by: table, fill: 0, into: $1) }]
  }
}
