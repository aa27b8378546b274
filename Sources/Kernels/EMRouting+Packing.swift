import Tensors

/// How the routing kernels lay out per-parent values in registers of `Lanes.width` types.
extension EMRouting {
  var blocks: Int { (parentTypes + Lanes.width - 1) / Lanes.width }
  /// Registers of assignments in one image and iteration.
  var assignments: Int { positions * blocks * children }
  /// Registers of packed weights in one block.
  var blockWeights: Int { weightedChildren * poseStructure.weightCount }

  /// Calls `body(type, block, lane)` for every parent type.
  @inline(always)
  private func forEachType(_ body: (_ type: Int, _ block: Int, _ lane: Int) -> Void) {
    for type in 0..<parentTypes { body(type, type / Lanes.width, type % Lanes.width) }
  }

  /// 1 in the lanes that are parent types, 0 in the padding, for each block.
  func masks() -> [Lanes] { lanes(Array(repeating: 1, count: parentTypes)) }

  /// Per parent type values as registers, zero in the padding.
  func lanes(_ values: [Float]) -> [Lanes] {
    var lanes = [Lanes](repeating: Lanes(0), count: blocks)
    forEachType { type, block, lane in lanes[block][lane] = values[type] }
    return lanes
  }

  /// The reverse of `lanes`.
  func perType(_ lanes: [Lanes]) -> Tensor {
    var values = [Float](repeating: 0, count: parentTypes)
    forEachType { type, block, lane in values[type] = lanes[block][lane] }
    return Tensor(values, shape: [parentTypes])
  }

  /// Index of pose element h among a parent's 16 registers: group-major, `(h mod 4)·4 + h div 4`.
  @inline(always)
  static func slot(_ h: Int) -> Int { (h & 3) * 4 + h >> 2 }

  /// Offset within a block's packed weights of weight element `index` (row-major in its 4×4 or 16×16 matrix) of `child`.
  @inline(always)
  private func packedOffset(_ child: Int, _ index: Int) -> Int {
    let side = poseStructure == .matrix ? 4 : 16
    let (k, h) = (index / side, index % side)
    // [group][child][k] for a matrix, [group][child][element of the group][k] for a vector.
    return ((h & 3) * weightedChildren + child) * (poseStructure.weightCount / 4) + (h >> 2) * side + k
  }

  /// Packs weights `[child, type, …]` as `[block][group][child][…]` registers.
  func pack(_ weights: Tensor) -> LaneBuffer {
    let packed = LaneBuffer(blocks * blockWeights, zeroed: true)
    weights.withUnsafeBuffer { weights in
      forEachWeight { element, block, offset, lane in
        packed.pointer[block * blockWeights + offset][lane] = weights[element]
      }
    }
    return packed
  }

  /// The reverse of `pack`.
  func unpack(_ packed: LaneBuffer) -> Tensor {
    Tensor(uninitialized: weightShape) { weights in
      forEachWeight { element, block, offset, lane in
        weights[element] = packed.pointer[block * blockWeights + offset][lane]
      }
    }
  }

  @inline(always)
  private func forEachWeight(_ body: (_ element: Int, _ block: Int, _ offset: Int, _ lane: Int) -> Void) {
    let size = poseStructure.weightCount
    for child in 0..<weightedChildren {
      for index in 0..<size {
        let offset = packedOffset(child, index)
        forEachType { type, block, lane in body((child * parentTypes + type) * size + index, block, offset, lane) }
      }
    }
  }

  /// Parent poses `[batch, row, column, type, 4, 4]` of one image as `[position][block][16]` registers.
  func gather(poses: Tensor, image: Int) -> LaneBuffer {
    let lanes = LaneBuffer(positions * blocks * 16, zeroed: true)
    poses.withUnsafeBuffer { source in
      for position in 0..<positions {
        forEachType { type, block, lane in
          let parent = ((image * positions + position) * parentTypes + type) * 16
          for h in 0..<16 {
            lanes.pointer[(position * blocks + block) * 16 + Self.slot(h)][lane] = source[parent + h]
          }
        }
      }
    }
    return lanes
  }

  /// Parent scores `[batch, row, column, type]` of one image as `[position][block]` registers.
  func gather(scores: Tensor, image: Int) -> LaneBuffer {
    let lanes = LaneBuffer(positions * blocks, zeroed: true)
    scores.withUnsafeBuffer { source in
      for position in 0..<positions {
        forEachType { type, block, lane in
          lanes.pointer[position * blocks + block][lane] = source[(image * positions + position) * parentTypes + type]
        }
      }
    }
    return lanes
  }

  /// Scatters the means and scores in an iteration's `statistics` of one image into tensors.
  func scatter(
    _ statistics: UnsafePointer<Lanes>, poses: UnsafeMutablePointer<Float>, scores: UnsafeMutablePointer<Float>
  ) {
    for position in 0..<positions {
      forEachType { type, block, lane in
        let source = statistics + (position * blocks + block) * Self.statisticsCount
        let parent = position * parentTypes + type
        for h in 0..<16 { poses[parent * 16 + h] = source[Self.slot(h)][lane] }
        scores[parent] = source[Self.score][lane]
      }
    }
  }
}

/// Registers of scratch memory, freed with the last reference.
final class LaneBuffer {
  let pointer: UnsafeMutablePointer<Lanes>
  private let storage: Storage

  init(_ count: Int, zeroed: Bool = false) {
    storage = Storage(uninitialized: max(count, 1) * Lanes.width)
    pointer = UnsafeMutableRawPointer(storage.pointer).bindMemory(to: Lanes.self, capacity: max(count, 1))
    if zeroed { pointer.update(repeating: Lanes(0), count: count) }
  }
}

extension Tensor {
  /// The elements, to read. The caller keeps the tensor alive.
  var floats: UnsafePointer<Float> { withUnsafeBuffer { $0.baseAddress! } }

  /// The elements as registers. The caller keeps the tensor alive, and unshared while it writes.
  var lanes: UnsafeMutablePointer<Lanes> {
    UnsafeMutableRawPointer(mutating: floats).bindMemory(to: Lanes.self, capacity: count / Lanes.width)
  }
}
