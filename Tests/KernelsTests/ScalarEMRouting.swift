import Foundation
import Kernels

/// What the routing kernels compute, written as the paper's Procedure 1 in scalar double precision: no blocks, no runs, no
/// shortcuts.
struct ScalarEMRouting {
  let routing: EMRouting

  struct Inputs {
    /// `[row, column, type, 16]`, `[row, column, type]`, `[child, parent, …]`, `[parent]`, `[parent]`.
    var poses, activations, weights, betaActivation, betaCost: [Double]
  }

  /// Parent poses `[position, type, 16]` and scores `[position, type]` of one image.
  func run(_ inputs: Inputs) -> (poses: [Double], scores: [Double]) {
    let (positions, parents) = (routing.positions, routing.parentTypes)
    let fields = (0..<positions).map { position in
      (0..<routing.children).map { cell($0, position / routing.outputColumns, position % routing.outputColumns) }
    }
    let votes = fields.map { field in
      field.enumerated().map { child, cell in (0..<parents).map { vote(inputs, child, cell, $0) } }
    }
    var assignments = fields.map { field in
      field.map { cell in
        let count = routing.scope == .position ? 1 : fields.reduce(0) { $0 + ($1.contains(cell) ? 1 : 0) }
        return [Double](repeating: 1 / Double(count * parents), count: parents)
      }
    }
    var poses = [Double](repeating: 0, count: positions * parents * 16)
    var scores = [Double](repeating: 0, count: positions * parents)
    for t in 0..<routing.iterations {
      var logs = assignments
      for position in 0..<positions {
        for j in 0..<parents {
          let r = fields[position].indices.map {
            assignments[position][$0][j] * inputs.activations[fields[position][$0]]
          }
          let s = r.reduce(0, +) + Double(routing.massFloor)
          var (cost, means, variances) = (0.0, [Double](), [Double]())
          for h in 0..<16 {
            let column = r.indices.map { votes[position][$0][j][h] }
            let mean = zip(r, column).reduce(0.0) { $0 + $1.0 * $1.1 } / s
            let squares = zip(r, column).reduce(0.0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
            let variance = squares / s + Double(routing.varianceFloor)
            cost += (inputs.betaCost[j] + 0.5 * log(variance)) * s
            means.append(mean)
            variances.append(variance)
          }
          let isLogistic = routing.activationRule == .logistic
          let score =
            isLogistic ? Double(routing.inverseTemperatures[t]) * (inputs.betaActivation[j] - cost) : log(s)
          let logActivation = isLogistic ? -log1p(exp(-score)) : score
          let parent = position * parents + j
          poses.replaceSubrange(parent * 16..<parent * 16 + 16, with: means)
          scores[parent] = score
          for i in r.indices {
            var distance = 0.0
            for h in 0..<16 {
              let d = votes[position][i][j][h] - means[h]
              distance += d * d / (2 * variances[h]) + 0.5 * log(2 * .pi * variances[h])
            }
            logs[position][i][j] = logActivation - distance
          }
        }
      }
      normalise(logs, fields, into: &assignments)
    }
    return (poses, scores)
  }

  /// The softmax over all parents of a child.
  private func normalise(_ logs: [[[Double]]], _ fields: [[Int]], into assignments: inout [[[Double]]]) {
    func key(_ position: Int, _ i: Int) -> Int {
      routing.scope == .image ? fields[position][i] : position * routing.children + i
    }
    var (largest, sums) = ([Int: Double](), [Int: Double]())
    for position in fields.indices {
      for i in fields[position].indices {
        largest[key(position, i)] = max(largest[key(position, i)] ?? -.infinity, logs[position][i].max()!)
      }
    }
    for position in fields.indices {
      for i in fields[position].indices {
        assignments[position][i] = logs[position][i].map { exp($0 - largest[key(position, i)]!) }
        sums[key(position, i), default: 0] += assignments[position][i].reduce(0, +)
      }
    }
    for position in fields.indices {
      for i in fields[position].indices {
        for j in assignments[position][i].indices { assignments[position][i][j] /= sums[key(position, i)]! }
      }
    }
  }

  private func cell(_ child: Int, _ row: Int, _ column: Int) -> Int {
    let (place, type) = (child / routing.childTypes, child % routing.childTypes)
    let y = row * routing.stride + place / routing.kernelColumns
    let x = column * routing.stride + place % routing.kernelColumns
    return (y * routing.columns + x) * routing.childTypes + type
  }

  private func vote(_ inputs: Inputs, _ child: Int, _ cell: Int, _ j: Int) -> [Double] {
    let weighted = routing.sharesWeights ? child % routing.childTypes : child
    let size = routing.poseStructure.weightCount
    let side = routing.poseStructure == .matrix ? 4 : 16
    let first = (weighted * routing.parentTypes + j) * size
    var vote = (0..<16).map { h in
      let (row, column) = (h / side, h % side)
      return (0..<side).reduce(0) {
        $0 + inputs.poses[cell * 16 + row * side + $1] * inputs.weights[first + $1 * side + column]
      }
    }
    if routing.addsCoordinates {
      let place = child / routing.childTypes
      vote[3] += (Double(place / routing.kernelColumns) + 0.5) / Double(routing.kernelRows)
      vote[7] += (Double(place % routing.kernelColumns) + 0.5) / Double(routing.kernelColumns)
    }
    return vote
  }
}
