public import Autodiff
public import Tensors

/// Adam (Kingma & Ba 2015, Algorithm 1) with decoupled weight decay.
public struct Adam: Sendable {
  /// Steps taken so far.
  public private(set) var steps: Int
  private var first: [Tensor]
  private var second: [Tensor]
  private static let beta1: Float = 0.9
  private static let beta2: Float = 0.999
  private static let epsilon: Float = 1e-8

  public init(parameters: [Tensor]) {
    steps = 0
    first = parameters.map { Tensor(shape: $0.shape) }
    second = first
  }

  /// Continues from saved `moments` (first, then second, in the parameters' order).
  init(steps: Int, first: [Tensor], second: [Tensor]) {
    self.steps = steps
    self.first = first
    self.second = second
  }

  var moments: (first: [Tensor], second: [Tensor]) { (first, second) }

  /// One step on `parameters` along the sum over chunks of `gradients[chunk][parameter]`, added in chunk order.
  ///
  /// The arithmetic of every element is the same whatever `threads` is.
  /// - Returns: what was seen of the numbers on the way.
  @discardableResult
  public mutating func step(
    _ parameters: inout [Tensor], gradients: [[ParameterGradient]], learningRate: Float, weightDecay: Float,
    threads: Int
  ) throws -> StepAccount {
    steps += 1
    var account = StepAccount()
    let correction1 = 1 - power(Self.beta1, steps)
    let correction2 = 1 - power(Self.beta2, steps)
    let rate = learningRate / correction1
    let scale2 = 1 / correction2.squareRoot()
    let decay = 1 - learningRate * weightDecay
    for index in parameters.indices {
      let count = parameters[index].count
      let sum = GradientSum(gradients.map { $0[index] })
      let slices = (count + sum.sliceLength - 1) / sum.sliceLength
      try parameters[index].withUnsafeMutableBuffer { p in
        try first[index].withUnsafeMutableBuffer { m in
          try second[index].withUnsafeMutableBuffer { v in
            let pointers = Pointers(p: p.baseAddress!, m: m.baseAddress!, v: v.baseAddress!)
            let accounts = try parallelMap(count: slices, threads: threads) { slice in
              let range = (slice * sum.sliceLength)..<min(count, (slice + 1) * sum.sliceLength)
              var account = StepAccount()
              sum.forEachBlock(of: range) { start, block in
                account.add(pointers.update(start, block, rate: rate, scale2: scale2, decay: decay))
              }
              return account
            }
            for slice in accounts { account.add(slice) }
          }
        }
      }
    }
    return account
  }

  private func power(_ base: Float, _ exponent: Int) -> Float {
    var result = 1.0
    var factor = Double(base)
    var rest = exponent
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return Float(result)
  }

  /// One parameter's buffers. `@unchecked Sendable`: each thread writes only its own range.
  private struct Pointers: @unchecked Sendable {
    let p: UnsafeMutablePointer<Float>
    let m: UnsafeMutablePointer<Float>
    let v: UnsafeMutablePointer<Float>

    func update(_ start: Int, _ gradient: UnsafeBufferPointer<Float>, rate: Float, scale2: Float, decay: Float)
      -> StepAccount
    {
      var account = StepAccount()
      let (p, m, v, gradients) = (p + start, m + start, v + start, gradient.baseAddress!)
      for i in 0..<gradient.count {
        let g = gradients[i]
        let mean = Adam.beta1 * m[i] + (1 - Adam.beta1) * g
        let variance = Adam.beta2 * v[i] + (1 - Adam.beta2) * g * g
        m[i] = mean
        v[i] = variance
        let weight = p[i] * decay - rate * mean / (variance.squareRoot() * scale2 + Adam.epsilon)
        p[i] = weight
        account.add(gradient: g, weight: weight, variance: variance)
      }
      return account
    }
  }
}
