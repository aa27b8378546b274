/// For each place of a resampled axis, the places it is a weighted mean of: a run of neighbours, with its weights.
package struct ResamplingRows: Sendable, Hashable {
  /// Where the run of each new place begins on the old axis.
  package let starts: [Int]
  /// Where its weights begin in `weights`, and after the last one where they end.
  package let offsets: [Int]
  package let weights: [Float]
  /// How long the old axis is.
  package let inputCount: Int

  package var count: Int { starts.count }

  /// - Precondition: the runs lie on the old axis.
  package init(starts: [Int], offsets: [Int], weights: [Float], inputCount: Int) {
    precondition(
      offsets.count == starts.count + 1 && offsets.first == 0 && offsets.last == weights.count
        && starts.indices.allSatisfy {
          starts[$0] >= 0 && offsets[$0] <= offsets[$0 + 1]
            && starts[$0] + offsets[$0 + 1] - offsets[$0] <= inputCount
        }, "ResamplingRows: a run is not on an axis of \(inputCount)")
    (self.starts, self.offsets, self.weights, self.inputCount) = (starts, offsets, weights, inputCount)
  }
}

extension Kernels {
  /// `y[o, i, n] = Σₖ w[i, k] x[o, startᵢ + k, n]`: the middle axis of `[outer, input count, inner]` resampled.
  package static func resample(
    _ input: Floats, outer: Int, inner: Int, by rows: ResamplingRows, into output: MutableFloats
  ) {
    let (x, y) = (input.baseAddress!, output.baseAddress!)
    rows.weights.withUnsafeBufferPointer { weights in
      for o in 0..<outer {
        let from = x + o * rows.inputCount * inner
        let to = y + o * rows.count * inner
        for i in 0..<rows.count {
          let range = rows.offsets[i]..<rows.offsets[i + 1]
          var source = from + rows.starts[i] * inner
          if inner == 1 {
            var sum: Float = 0
            for k in range {
              sum = sum.addingProduct(weights[k], source.pointee)
              source += 1
            }
            to[i] = sum
            continue
          }
          let line = to + i * inner
          line.update(repeating: 0, count: inner)
          for k in range {
            let weight = weights[k]
            for n in 0..<inner { line[n] = line[n].addingProduct(weight, source[n]) }
            source += inner
          }
        }
      }
    }
  }

  /// The reverse of `resample`: `dx[o, startᵢ + k, n]` is the sum of `w[i, k] g[o, i, n]` over all `i` and `k`.
  package static func reverseOfResample(
    _ gradient: Floats, outer: Int, inner: Int, by rows: ResamplingRows, into result: MutableFloats
  ) {
    let (g, dx) = (gradient.baseAddress!, result.baseAddress!)
    result.update(repeating: 0)
    rows.weights.withUnsafeBufferPointer { weights in
      for o in 0..<outer {
        let from = g + o * rows.count * inner
        let to = dx + o * rows.inputCount * inner
        for i in 0..<rows.count {
          let line = from + i * inner
          var target = to + rows.starts[i] * inner
          for k in rows.offsets[i]..<rows.offsets[i + 1] {
            let weight = weights[k]
            for n in 0..<inner { target[n] = target[n].addingProduct(weight, line[n]) }
            target += inner
          }
        }
      }
    }
  }
}
