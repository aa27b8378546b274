import Kernels
package import Tensors

/// Axis `i` of the output is axis `permutation[i]` of the input.
package struct Permute: Operation {
  package let permutation: [Int]

  package init(permutation: [Int]) { self.permutation = permutation }

  package var name: String { "transpose" }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    precondition(
      permutation.sorted() == Array(0..<inputs[0].shape.rank),
      "transpose: \(permutation) does not permute the axes of \(inputs[0].shape)")
    return Evaluation(Self.transposed(inputs[0], permutation))
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    var inverse = permutation
    for (to, from) in permutation.enumerated() { inverse[from] = to }
    return [Self.transposed(record.gradient, inverse)]
  }

  static func transposed(_ tensor: Tensor, _ permutation: [Int]) -> Tensor {
    .from(tensor, shape: Shape(permutation.map { tensor.shape[$0] })) {
      Kernels.transpose($0, dimensions: tensor.shape.dimensions, permutation: permutation, into: $1)
    }
  }
}

extension Variable {
  /// The axes reordered: axis `i` of the result is axis `permutation[i]` of this.
  ///
  /// `x.transposed([0, 2, 3, 1])` turns `[B, C, H, W]` into `[B, H, W, C]`.
  public func transposed(_ permutation: [Int]) -> Variable { applying(Permute(permutation: permutation)) }
}
