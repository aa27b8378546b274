import Kernels
public import Tensors

/// Zeroes elements at random and scales the others up, so that the mean stays (inverted dropout).
struct Dropout: Operation {
  let rate: Float
  let stream: RandomStream

  var name: String { "dropout" }

  func value(of inputs: [Tensor], saving: Bool) -> Evaluation {
    precondition(rate >= 0 && rate < 1, "dropout: rate \(rate) is not in [0, 1)")
    var stream = stream
    let scale = 1 / (1 - rate)
    let mask = Tensor(uninitialized: inputs[0].shape) { mask in
      for i in 0..<mask.count { mask[i] = stream.uniform() < rate ? 0 : scale }
    }
    return Evaluation(inputs[0].combined(.multiply, with: mask), saved: saving ? [mask] : [])
  }

  func reverse(_ record: ReverseRecord) -> [Tensor?] {
    [record.gradient.combined(.multiply, with: record.saved[0])]
  }
}

extension Variable {
  /// Each element is zero with probability `rate`, else divided by `1 - rate`; `stream` decides.
  public func dropout(rate: Float, stream: RandomStream) -> Variable {
    applying(Dropout(rate: rate, stream: stream))
  }
}
