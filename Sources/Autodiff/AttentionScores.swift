package import Kernels
package import Tensors

/// How much each query attends to each key; times the values it is attention.
///
/// Attention Is All You Need (Vaswani et al. 2017), equation 1. The inputs are the queries `[batch, heads, queries, size]`,
/// the keys `[batch, key heads, keys, size]`, of which neighbouring heads of the queries share one if there are fewer, and
/// biases of rank 4 that are broadcast to the result, `[batch, heads, queries, keys]`.
package struct AttentionScores: Operation {
  package typealias Stage = AttentionScoring.Stage

  package let scale: Float
  /// The bound that the products are squashed under; `nil`: none.
  package let cap: Float?
  package let stage: Stage
  /// For each bias, whether it holds truth values, which mask.
  package let truths: [Bool]

  package init(scale: Float, cap: Float? = nil, stage: Stage = .weights, truths: [Bool] = []) {
    self.scale = scale
    self.cap = cap
    self.stage = stage
    self.truths = truths
  }

  package var name: String { "attentionScores" }

  /// The dimensions of the scores; `nil` if queries, keys and biases of these shapes don't go together.
  package func dimensions(_ inputs: [Shape]) -> [Int]? {
    guard inputs.count == truths.count + 2, inputs.allSatisfy({ $0.rank == 4 }) else { return nil }
    let (q, k) = (inputs[0], inputs[1])
    guard q[0] == k[0], q[3] == k[3], k[1] > 0, q[1] % k[1] == 0 else { return nil }
    let dimensions = [q[0], q[1], q[2], k[2]]
    for bias in inputs.dropFirst(2) {
      guard zip(bias.dimensions, dimensions).allSatisfy({ $0 == $1 || $0 == 1 }) else { return nil }
    }
    return dimensions
  }

  package func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    guard let dimensions = dimensions(inputs.map(\.shape)) else {
      preconditionFailure("\(name): \(inputs.map(\.shape))")
    }
    let biases = biases(inputs)
    return Evaluation(
      Tensor(uninitialized: Shape(dimensions)) { output in
        inputs.withBuffers { buffers in
          Kernels.attentionScores(
            scoring(inputs), queries: buffers[0], keys: buffers[1], biases: Array(zip(biases, buffers.dropFirst(2))),
            into: output)
        }
      })
  }

  package func reverse(_ record: ReverseRecord) -> [Tensor?] {
    var gradients = zip(record.inputs, record.wants).map { $1 ? Tensor(shape: $0.shape) : nil }
    let biases = biases(record.inputs)
    (record.inputs + [record.outputs[0], record.gradient]).withBuffers { buffers in
      gradients.withMutableBuffers { results in
        Kernels.reverseOfAttentionScores(
          scoring(record.inputs), queries: buffers[0], keys: buffers[1], biases: biases,
          output: buffers[buffers.count - 2], gradient: buffers[buffers.count - 1], queryGradient: results[0],
          keyGradient: results[1], biasGradients: Array(results.dropFirst(2)))
      }
    }
    return gradients
  }

  private func scoring(_ inputs: [Tensor]) -> AttentionScoring {
    let (q, k) = (inputs[0].shape, inputs[1].shape)
    return AttentionScoring(
      batch: q[0], heads: q[1], keyHeads: k[1], queries: q[2], keys: k[2], size: q[3], scale: scale, cap: cap,
      stage: stage)
  }

  private func biases(_ inputs: [Tensor]) -> [AttentionBias] {
    zip(inputs.dropFirst(2), truths).map { bias, holdsTruths in
      var strides = [0, 0, 0, 0]
      var stride = 1
      for axis in (0..<4).reversed() {
        if bias.shape[axis] != 1 { strides[axis] = stride }
        stride *= bias.shape[axis]
      }
      return AttentionBias(strides: strides, holdsTruths: holdsTruths)
    }
  }
}

extension [Tensor?] {
  /// The elements of all tensors at once, to be changed; `nil` where there is none.
  fileprivate mutating func withMutableBuffers(_ body: ([MutableFloats?]) -> Void) {
    func collect(_ tensors: inout [Tensor?], _ buffers: [MutableFloats?]) {
      guard buffers.count < tensors.count else { return body(buffers) }
      let index = buffers.count
      guard var tensor = tensors[index] else { return collect(&tensors, buffers + [nil]) }
      tensors[index] = nil
      tensor.withUnsafeMutableBuffer { collect(&tensors, buffers + [$0]) }
      tensors[index] = tensor
    }
    collect(&self, [])
  }
}
