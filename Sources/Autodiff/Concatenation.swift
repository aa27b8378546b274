import Kernels
package import Tensors

/// Tensors one after the other along one axis; their other dimensions are equal.
package struct Concatenation: Operation {
  package let axis: Int

  package init(axis: Int) { self.axis = axis }

  package var name: String { "concatenation" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    let first = inputs[0].shape
    precondition(axis >= 0 && axis < first.rank, "concatenation: axis \(axis) of \(first)")
    var dimensions = first.dimensions
    dimensions[axis] = 0
    for input in inputs {
      var others = input.shape.dimensions
      precondition(others.count == first.rank, "concatenation: \(inputs.map(\.shape))")
      dimensions[axis] += others[axis]
      others[axis] = first[axis]
      precondition(others == first.dimensions, "concatenation: \(inputs.map(\.shape))")
    }
    let shape = Shape(dimensions)
    let (outer, count, inner) = shape.split(at: axis)
    return Evaluation(
      Tensor(uninitialized: shape) { output in
        guard output.count > 0 else { return }
        var offset = 0
        for input in inputs {
          let width = input.shape[axis] * inner
          input.withUnsafeBuffer { values in
            for row in 0..<(width > 0 ? outer : 0) {
              (output.baseAddress! + row * count * inner + offset)
                .update(from: values.baseAddress! + row * width, count: width)
            }
          }
          offset += width
        }
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    let (outer, count, inner) = record.gradient.shape.split(at: axis)
    var start = 0
    return zip(record.inputs, record.wants).map { input, isWanted in
      let range = start..<start + input.shape[axis]
      start = range.upperBound
      guard isWanted else { return nil }
      return .from(record.gradient, shape: input.shape) {
        guard $1.count > 0 else { return }
        Kernels.slice($0, outer: outer, count: count, inner: inner, range: range, into: $1)
      }
    }
  }
}

extension Variable {
  /// `variables` one after the other along `axis`; their other dimensions are equal.
  public static func concatenated(_ variables: [Variable], axis: Int) -> Variable {
    variables[0].graph.apply(Concatenation(axis: axis), to: variables)[0]
  }
}
