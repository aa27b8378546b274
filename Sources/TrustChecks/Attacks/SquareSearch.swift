import Attacks
import Models
import Runs
import Tensors

/// Square attack for L∞ (Andriushchenko et al. 2020, Algorithms 1 and 2), with few queries.
///
/// It starts at vertical stripes of ±ε, and then sets squares to ±ε, one colour for each channel, where that lowers the
/// margin z_y − max z_j. The share p of pixels in a square begins at 0.8 and is halved as in AutoAttack, at 10, 50, 200, 500, …
/// of 10,000 queries, scaled to the number of queries.
struct SquareSearch {
  static let norm = LInfinity()

  let queries: Int
  let budget: Float
  let seed: UInt64

  /// Whether each of `images`, `[batch, channel, row, column]`, was beaten.
  /// - Parameter beforeQuery: what it throws ends the search.
  func run(
    on classifier: any Classifier, images: Tensor, labels: [Int], ids: [Int], beforeQuery: () throws -> Void
  ) throws -> [Bool] {
    let shape = images.shape.withoutBatch
    // "square" as a number.
    var streams = ids.map { RandomStream(seed: seed, UInt64($0), 0x73_7175_6172_65) }
    var current = images
    current.withUnsafeMutableBuffer { pixels in
      for row in labels.indices { paintStripes(pixels.baseAddress! + row * shape.count, shape, &streams[row]) }
    }
    current = current.map { min(1, max(0, $0)) }
    var margins = self.margins(classifier.scores(ofChunksOf: current), labels)
    for query in 1..<queries {
      let active = labels.indices.filter { margins[$0] >= 0 }
      if active.isEmpty { break }
      try beforeQuery()
      let size = side(query, shape)
      var proposal = current.rows(at: active)
      let originals = images.rows(at: active)
      proposal.withUnsafeMutableBuffer { pixels in
        originals.withUnsafeBuffer { originals in
          for (position, row) in active.enumerated() {
            let offset = position * shape.count
            paintSquare(pixels.baseAddress! + offset, originals.baseAddress! + offset, shape, size, &streams[row])
          }
        }
      }
      let found = self.margins(classifier.scores(ofChunksOf: proposal), active.map { labels[$0] })
      current.withUnsafeMutableBuffer { pixels in
        proposal.withUnsafeBuffer { proposal in
          for (position, row) in active.enumerated() where found[position] < margins[row] {
            margins[row] = found[position]
            for i in 0..<shape.count { pixels[row * shape.count + i] = proposal[position * shape.count + i] }
          }
        }
      }
    }
    return margins.map { $0 < 0 }
  }

  private func side(_ query: Int, _ shape: Shape) -> Int {
    let scaled = query * 10_000 / queries
    let halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000].count { scaled > $0 }
    let share = 0.8 / Float(1 << halvings)
    let side = Int((share * Float(shape[1] * shape[2])).squareRoot().rounded())
    return max(1, min(side, min(shape[1], shape[2])))
  }

  private func paintStripes(_ first: UnsafeMutablePointer<Float>, _ shape: Shape, _ stream: inout RandomStream) {
    for channel in 0..<shape[0] {
      for column in 0..<shape[2] {
        let change = sign(&stream)
        for row in 0..<shape[1] { first[(channel * shape[1] + row) * shape[2] + column] += change }
      }
    }
  }

  private func paintSquare(
    _ first: UnsafeMutablePointer<Float>, _ originals: UnsafePointer<Float>, _ shape: Shape, _ size: Int,
    _ stream: inout RandomStream
  ) {
    let top = Int.random(in: 0...shape[1] - size, using: &stream)
    let left = Int.random(in: 0...shape[2] - size, using: &stream)
    for channel in 0..<shape[0] {
      let change = sign(&stream)
      for row in top..<top + size {
        for column in left..<left + size {
          let i = (channel * shape[1] + row) * shape[2] + column
          first[i] = min(1, max(0, originals[i] + change))
        }
      }
    }
  }

  private func sign(_ stream: inout RandomStream) -> Float { stream.next() & 1 == 0 ? budget : -budget }

  private func margins(_ scores: Tensor, _ labels: [Int]) -> [Float] {
    let (values, classes) = (scores.scalars, scores.shape[1])
    return labels.enumerated().map { row, label in
      let others = (0..<classes).filter { $0 != label }.map { values[row * classes + $0] }
      return values[row * classes + label] - others.max()!
    }
  }
}
