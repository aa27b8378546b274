package import Kernels
package import Tensors

/// The patches under a window whose elements are moved by offsets, each times a number of a mask if there is one: what a
/// deformable convolution multiplies by its weights.
///
/// Images `[batch, channels, rows, columns]` and offsets `[batch, groups × taps × 2, output rows, output columns]`, row
/// before column, give `[batch, channels, taps, points]`; the mask is `[batch, groups × taps, output rows, output columns]`.
/// Places between pixels are read bilinearly, and beyond the border there are zeros. (Dai et al., “Deformable Convolutional
/// Networks”, 2017; with masks: Zhu et al., “Deformable ConvNets v2”, 2018.)
package struct DeformedPatches: Operation {
  package let groups: Int
  package let rows: WindowAxis
  package let columns: WindowAxis

  package init(groups: Int, rows: WindowAxis, columns: WindowAxis) {
    self.groups = groups
    self.rows = rows
    self.columns = columns
  }

  package var name: String { "deformedPatches" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let shape = sizes(inputs)
    let mask = inputs.count > 2 ? inputs[2] : nil
    return Evaluation(
      .from(inputs[0], inputs[1], shape: [shape.batch, shape.channels, shape.taps, shape.points]) { x, offsets, y in
        withOptional(mask) {
          Kernels.deformedPatches(shape, input: x, offsets: offsets, mask: $0, into: y)
        }
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let shape = sizes(record.inputs)
    let mask = record.inputs.count > 2 ? record.inputs[2] : nil
    func zeros(_ index: Int) -> Tensor {
      record.wants.indices.contains(index) && record.wants[index]
        ? Tensor(shape: record.inputs[index].shape) : Tensor(shape: [0])
    }
    var (dx, doffsets, dmask) = (zeros(0), zeros(1), zeros(2))
    record.inputs[0].withUnsafeBuffer { x in
      record.inputs[1].withUnsafeBuffer { offsets in
        record.gradient.withUnsafeBuffer { g in
          withOptional(mask) { mask in
            dx.withUnsafeMutableBuffer { dx in
              doffsets.withUnsafeMutableBuffer { doffsets in
                dmask.withUnsafeMutableBuffer { dmask in
                  Kernels.reverseOfDeformedPatches(
                    shape, input: x, offsets: offsets, mask: mask, gradient: g,
                    input: dx.isEmpty ? nil : dx, offsets: doffsets.isEmpty ? nil : doffsets,
                    mask: dmask.isEmpty ? nil : dmask)
                }
              }
            }
          }
        }
      }
    }
    return zip(record.wants, [dx, doffsets, dmask]).map { $0 ? $1 : nil }
  }

  private func sizes(_ inputs: [Tensor]) -> DeformedPatchShape {
    let (x, offsets) = (inputs[0].shape, inputs[1].shape)
    let taps = rows.kernel * columns.kernel
    precondition(
      x.rank == 4 && x[2] == rows.size && x[3] == columns.size && groups > 0 && x[1] % groups == 0
        && offsets == [x[0], groups * taps * 2, rows.outputs, columns.outputs]
        && (inputs.count < 3 || inputs[2].shape == [x[0], groups * taps, rows.outputs, columns.outputs]),
      "deformedPatches: \(x) by offsets \(offsets) in \(groups) groups")
    return DeformedPatchShape(batch: x[0], channels: x[1], groups: groups, rows: rows, columns: columns)
  }
}
