import Tensors

/// How routing by agreement lays out what there is for each child in registers of `Lanes.width` children.
extension DynamicRouting {
  /// Registers of packed weights in one block.
  var weightsPerBlock: Int { votesPerBlock * childElements }

  /// Weights `[child, parent, parent element, child element]` as `[block][parent][parent element][child element]` registers; the
  /// lanes beyond the last child are zero, and so are their votes.
  func pack(_ weights: Tensor) -> LaneBuffer {
    let packed = LaneBuffer(blocks * weightsPerBlock, zeroed: children % Lanes.width != 0)
    let target = UnsafeMutableRawPointer(packed.pointer).assumingMemoryBound(to: Float.self)
    weights.withUnsafeBuffer { weights in
      for child in 0..<children {
        let from = weights.baseAddress! + child * weightsPerBlock
        let to = target + offset(of: child, weightsPerBlock)
        for index in 0..<weightsPerBlock { to[index &* Lanes.width] = from[index] }
      }
    }
    return packed
  }

  /// The reverse of `pack`.
  func unpack(_ packed: LaneBuffer) -> Tensor {
    let source = UnsafeRawPointer(packed.pointer).assumingMemoryBound(to: Float.self)
    return Tensor(uninitialized: weightShape) { weights in
      for child in 0..<children {
        let to = weights.baseAddress! + child * weightsPerBlock
        let from = source + offset(of: child, weightsPerBlock)
        for index in 0..<weightsPerBlock { to[index] = from[index &* Lanes.width] }
      }
    }
  }

  /// Poses `[child, element]` as `[block][element]` registers.
  func gather(_ poses: UnsafePointer<Float>, into lanes: LaneBuffer) {
    let target = UnsafeMutableRawPointer(lanes.pointer).assumingMemoryBound(to: Float.self)
    for child in 0..<children {
      let to = target + offset(of: child, childElements)
      for element in 0..<childElements { to[element &* Lanes.width] = poses[child &* childElements &+ element] }
    }
  }

  /// The reverse of `gather`.
  func scatter(_ lanes: LaneBuffer, into poses: UnsafeMutablePointer<Float>) {
    let source = UnsafeRawPointer(lanes.pointer).assumingMemoryBound(to: Float.self)
    for child in 0..<children {
      let from = source + offset(of: child, childElements)
      for element in 0..<childElements { poses[child &* childElements &+ element] = from[element &* Lanes.width] }
    }
  }

  /// Where the first of `count` registers of a block has the lane of `child`, in floats.
  private func offset(of child: Int, _ count: Int) -> Int {
    child / Lanes.width * count * Lanes.width + child % Lanes.width
  }
}
