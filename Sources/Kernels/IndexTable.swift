/// Where each element of an output comes from: the same table for each of several blocks of input and output.
///
/// Where neighbours come from neighbours the table holds runs, which are copied at once.
package struct IndexTable: Sendable, Hashable {
  /// `count` elements that come from as many neighbours, the first of them at `source`; from nowhere if it is negative.
  package struct Run: Sendable, Hashable {
    package let source: Int32
    package let count: Int32
  }

  package enum Entries: Sendable, Hashable {
    /// For each element its source; negative: it comes from nowhere.
    case elements([Int32])
    case runs([Run])
  }

  package let entries: Entries
  /// The number of blocks, one after the other in the input and in the output.
  package let blocks: Int
  /// The elements of a block.
  package let inputCount: Int
  package let outputCount: Int

  /// - Parameters:
  ///   - positions: for each group of `width` neighbours of an output's block, which such group of the input's block it
  ///     is; negative: none.
  ///   - inputCount: the elements of an input's block.
  /// - Precondition: the positions lie in the block.
  package init(positions: [Int32], width: Int = 1, inputCount: Int, blocks: Int = 1) {
    precondition(
      width > 0 && blocks >= 0 && inputCount <= Int32.max && positions.count * width <= Int32.max,
      "IndexTable: \(positions.count) groups of \(width)")
    let limit = inputCount / width
    precondition(positions.allSatisfy { Int($0) < limit }, "IndexTable: a position is not among \(limit)")
    self.blocks = blocks
    self.inputCount = inputCount
    outputCount = positions.count * width
    var runs: [Run] = []
    var start = 0
    // A table of runs shall be short beside the elements: copying a run costs about as much as moving four of them.
    let most = outputCount / 4
    while start < positions.count, runs.count <= most {
      var end = start + 1
      if positions[start] < 0 {
        while end < positions.count, positions[end] < 0 { end += 1 }
        runs.append(Run(source: -1, count: Int32((end - start) * width)))
      } else {
        while end < positions.count, positions[end] == positions[end - 1] + 1 { end += 1 }
        runs.append(Run(source: positions[start] * Int32(width), count: Int32((end - start) * width)))
      }
      start = end
    }
    if start == positions.count, runs.count <= most {
      entries = .runs(runs)
    } else if width == 1 {
      entries = .elements(positions)
    } else {
      entries = .elements(
        positions.flatMap { position in
          (0..<Int32(width)).map { position < 0 ? -1 : position * Int32(width) + $0 }
        })
    }
  }

  /// Whether the output is the input.
  package var isIdentity: Bool {
    guard inputCount == outputCount else { return false }
    switch entries {
    case .runs(let runs): return runs.count == 1 && runs[0].source == 0
    case .elements(let elements): return elements.indices.allSatisfy { elements[$0] == Int32($0) }
    }
  }
}

extension IndexTable {
  /// The elements that the table picks from `input`, and `fill` where it picks none.
  package func moved<Element>(_ input: [Element], fill: Element) -> [Element] {
    var output: [Element] = []
    output.reserveCapacity(blocks * outputCount)
    for block in 0..<blocks {
      let start = block * inputCount
      switch entries {
      case .elements(let elements):
        for source in elements { output.append(source < 0 ? fill : input[start + Int(source)]) }
      case .runs(let runs):
        for run in runs {
          if run.source < 0 {
            output.append(contentsOf: repeatElement(fill, count: Int(run.count)))
          } else {
            let first = start + Int(run.source)
            output.append(contentsOf: input[first..<first + Int(run.count)])
          }
        }
      }
    }
    return output
  }
}

extension Kernels {
  /// `y[i] = x[table[i]]`, and `fill` where the table says that `y[i]` comes from nowhere.
  package static func move(_ input: Floats, by table: IndexTable, fill: Float, into output: MutableFloats) {
    guard output.count > 0 else { return }
    var y = output.baseAddress!
    for block in 0..<table.blocks {
      // An input without elements has no address; then nothing is read.
      let start = block * table.inputCount
      switch table.entries {
      case .elements(let elements):
        guard let x = input.baseAddress else {
          y.update(repeating: fill, count: elements.count)
          break
        }
        let from = x + start
        elements.withUnsafeBufferPointer { sources in
          for i in 0..<sources.count {
            let source = sources[i]
            y[i] = source < 0 ? fill : from[Int(source)]
          }
        }
      case .runs(let runs):
        var to = y
        runs.withUnsafeBufferPointer { runs in
          for run in runs {
            if run.source < 0 {
              to.update(repeating: fill, count: Int(run.count))
            } else {
              to.update(from: input.baseAddress! + start + Int(run.source), count: Int(run.count))
            }
            to += Int(run.count)
          }
        }
      }
      y += table.outputCount
    }
  }

  /// The reverse of `move`: each element of the gradient added where it came from, in the order of the output.
  package static func reverseOfMove(_ gradient: Floats, by table: IndexTable, into result: MutableFloats) {
    guard result.count > 0 else { return }
    result.update(repeating: 0)
    guard gradient.count > 0 else { return }
    var g = gradient.baseAddress!
    var dx = result.baseAddress!
    for _ in 0..<table.blocks {
      switch table.entries {
      case .elements(let elements):
        elements.withUnsafeBufferPointer { sources in
          for i in 0..<sources.count where sources[i] >= 0 { dx[Int(sources[i])] += g[i] }
        }
      case .runs(let runs):
        var from = g
        runs.withUnsafeBufferPointer { runs in
          for run in runs {
            if run.source >= 0 {
              let to = dx + Int(run.source)
              for i in 0..<Int(run.count) { to[i] += from[i] }
            }
            from += Int(run.count)
          }
        }
      }
      g += table.outputCount
      dx += table.inputCount
    }
  }
}
