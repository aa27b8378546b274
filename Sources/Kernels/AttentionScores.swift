import Foundation

/// How much each query attends to each key: sizes, and what happens to the inner products.
package struct AttentionScoring: Sendable {
  /// How far the scores are computed.
  package enum Stage: Int, Sendable, Comparable {
    /// `scale q·k`.
    case products
    /// `cap tanh(scale q·k / cap)`, if there is a cap.
    case capped
    /// Biases added.
    case biased
    /// The softmax over the keys; zero where every key is masked.
    case weights

    package static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }
  }

  package let batch: Int
  /// Heads of the queries; a multiple of `keyHeads`, whose heads serve several neighbours each.
  package let heads: Int
  package let keyHeads: Int
  package let queries: Int
  package let keys: Int
  /// The length of a query and of a key.
  package let size: Int
  package let scale: Float
  /// `nil`: none.
  package let cap: Float?
  package let stage: Stage

  package init(
    batch: Int, heads: Int, keyHeads: Int, queries: Int, keys: Int, size: Int, scale: Float, cap: Float?, stage: Stage
  ) {
    self.batch = batch
    self.heads = heads
    self.keyHeads = keyHeads
    self.queries = queries
    self.keys = keys
    self.size = size
    self.scale = scale
    self.cap = cap
    self.stage = stage
  }

  fileprivate var scoresPerHead: Int { queries * keys }

  fileprivate func queries(_ elements: Floats, _ head: Int) -> Matrix {
    Matrix(elements.baseAddress! + head * queries * size, queries, size)
  }

  fileprivate func keys(_ elements: Floats, _ head: Int) -> Matrix {
    Matrix(elements.baseAddress! + keyHead(head) * keys * size, keys, size)
  }

  /// Where the keys of head `head` of the whole batch lie.
  fileprivate func keyHead(_ head: Int) -> Int { head / heads * keyHeads + head % heads / (heads / keyHeads) }
}

/// A tensor that is broadcast to `[batch, heads, queries, keys]` and added to the scores.
package struct AttentionBias: Sendable {
  /// Of each axis; 0 where it is broadcast.
  package let strides: [Int]
  /// Whether it holds truth values: keys with 0 are masked.
  package let holdsTruths: Bool

  package init(strides: [Int], holdsTruths: Bool) {
    precondition(strides.count == 4, "AttentionBias: strides \(strides)")
    self.strides = strides
    self.holdsTruths = holdsTruths
  }

  fileprivate func row(_ head: Int, _ query: Int, _ scoring: AttentionScoring) -> Int {
    head / scoring.heads * strides[0] + head % scoring.heads * strides[1] + query * strides[2]
  }
}

extension Kernels {
  /// The scores at the stage of `scoring`: `[batch, heads, queries, keys]`.
  package static func attentionScores(
    _ scoring: AttentionScoring, queries: Floats, keys: Floats, biases: [(AttentionBias, Floats)],
    into output: MutableFloats
  ) {
    for head in 0..<scoring.batch * scoring.heads {
      let scores = output.baseAddress! + head * scoring.scoresPerHead
      multiply(scoring.queries(queries, head), scoring.keys(keys, head).transposed, adding: false, into: scores)
      for i in 0..<scoring.scoresPerHead { scores[i] *= scoring.scale }
      if scoring.stage >= .capped, let cap = scoring.cap {
        for i in 0..<scoring.scoresPerHead { scores[i] = cap * tanh(scores[i] / cap) }
      }
      guard scoring.stage >= .biased else { continue }
      for query in 0..<scoring.queries {
        let row = scores + query * scoring.keys
        for (bias, elements) in biases {
          let b = elements.baseAddress! + bias.row(head, query, scoring)
          let step = bias.strides[3]
          if bias.holdsTruths {
            for i in 0..<scoring.keys where b[i * step] == 0 { row[i] = -.infinity }
          } else if step == 1 {
            for i in 0..<scoring.keys { row[i] += b[i] }
          } else {
            for i in 0..<scoring.keys { row[i] += b[i * step] }
          }
        }
        if scoring.stage == .weights { softmaxOfScores(row, scoring.keys) }
      }
    }
  }

  /// The gradients of queries, keys and biases where there is something to write them to; from the scores `output`.
  package static func reverseOfAttentionScores(
    _ scoring: AttentionScoring, queries: Floats, keys: Floats, biases: [AttentionBias], output: Floats,
    gradient: Floats, queryGradient: MutableFloats?, keyGradient: MutableFloats?, biasGradients: [MutableFloats?]
  ) {
    keyGradient?.update(repeating: 0)
    for case let result? in biasGradients { result.update(repeating: 0) }
    let count = scoring.scoresPerHead
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { buffer in
      let (slopes, products) = (buffer.baseAddress!, buffer.baseAddress! + count)
      for head in 0..<scoring.batch * scoring.heads {
        slopes.update(from: gradient.baseAddress! + head * count, count: count)
        let y = output.baseAddress! + head * count
        for query in 0..<scoring.queries {
          let g = slopes + query * scoring.keys
          if scoring.stage == .weights { reverseOfSoftmaxOfScores(y + query * scoring.keys, g, scoring.keys) }
          guard scoring.stage >= .biased else { continue }
          for (bias, result) in zip(biases, biasGradients) {
            guard let result, !bias.holdsTruths else { continue }
            let to = result.baseAddress! + bias.row(head, query, scoring)
            for i in 0..<scoring.keys { to[i * bias.strides[3]] += g[i] }
          }
        }
        if scoring.stage >= .capped, let cap = scoring.cap {
          multiply(scoring.queries(queries, head), scoring.keys(keys, head).transposed, adding: false, into: products)
          for i in 0..<count {
            let t = tanh(products[i] * scoring.scale / cap)
            slopes[i] *= 1 - t * t
          }
        }
        for i in 0..<count { slopes[i] *= scoring.scale }
        let g = Matrix(slopes, scoring.queries, scoring.keys)
        if let dq = queryGradient?.baseAddress {
          multiply(g, scoring.keys(keys, head), adding: false, into: dq + head * scoring.queries * scoring.size)
        }
        if let dk = keyGradient?.baseAddress {
          let to = dk + scoring.keyHead(head) * scoring.keys * scoring.size
          multiply(g.transposed, scoring.queries(queries, head), adding: true, into: to)
        }
      }
    }
  }

  /// Softmax of a row in place; zeros if all of it is -∞.
  private static func softmaxOfScores(_ x: UnsafeMutablePointer<Float>, _ count: Int) {
    let (width, whole) = (Lanes.width, count / Lanes.width * Lanes.width)
    var largest = Lanes(-.infinity)
    var isOrdered = true
    for i in stride(from: 0, to: whole, by: width) {
      let lanes = UnsafeRawPointer(x + i).loadUnaligned(as: Lanes.self)
      largest = largest.replacing(with: lanes, where: lanes .> largest)
      isOrdered = isOrdered && all(lanes .== lanes)
    }
    var top = largest.largest
    for i in whole..<count {
      if x[i] > top { top = x[i] }
      isOrdered = isOrdered && x[i] == x[i]
    }
    guard isOrdered, top < .infinity else {
      for i in 0..<count { x[i] = .nan }
      return
    }
    guard top > -.infinity else {
      for i in 0..<count { x[i] = 0 }
      return
    }
    var sums = Lanes(0)
    for i in stride(from: 0, to: whole, by: width) {
      let power = exponential(UnsafeRawPointer(x + i).loadUnaligned(as: Lanes.self) - Lanes(top))
      UnsafeMutableRawPointer(x + i).storeBytes(of: power, as: Lanes.self)
      sums += power
    }
    var total = sums.total
    for i in whole..<count {
      x[i] = exponential(Lanes(x[i] - top))[0]
      total += x[i]
    }
    let inverse = 1 / total
    for i in 0..<count { x[i] *= inverse }
  }

  /// `g = y (g - Σ g y)`.
  private static func reverseOfSoftmaxOfScores(
    _ y: UnsafePointer<Float>, _ g: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    let inner = Float(innerProduct(y, g, count))
    for i in 0..<count { g[i] = y[i] * (g[i] - inner) }
  }
}
