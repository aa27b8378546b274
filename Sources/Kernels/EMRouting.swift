package import Tensors

/// Where a child capsule's assignment probabilities sum to one.
public enum RoutingScope: String, Hashable, Sendable, Codable, CaseIterable {
  /// Over every parent of the child in the image: all types at all positions whose receptive field holds it (the paper, §4).
  case image
  /// Over the types of one position only, as many public implementations have it (Gritzman 2019).
  case position
}

/// What a pose is, and so what turns it into a vote.
public enum PoseStructure: String, Hashable, Sendable, Codable, CaseIterable {
  /// A 4×4 matrix; a vote is `M W` with a 4×4 weight.
  case matrix
  /// A vector of 16; a vote is `m W` with a 16×16 weight (Table 1 of the paper).
  case vector

  /// The number of weights that turn one pose into one vote.
  public var weightCount: Int { self == .matrix ? 16 : 256 }
}

/// An EM-routed layer of capsules (Hinton, Sabour & Frosst 2018, Procedure 1): its sizes and switches.
///
/// Poses are `[batch, row, column, type, 16]`, h = 4·row + column of the matrix; activations `[batch, row, column, type]`.
/// Child n of a position counts receptive-field rows, then columns, then types.
///
/// **Layout.** Parent types go eight to a register (a *block*); weights are packed `[block][child][group][…]`, so all sums
/// over children and pose elements are vertical. The 16 pose elements are taken in four groups (the columns of the
/// matrix), because one group's votes of a position (36 KB for the full net) stay in the first-level cache: they are
/// computed once per iteration, then give the exact mean, the exact variance and the distance for the E-step.
/// Assignments need all positions of an image before they can be normalised: they are `[position][block][child]`.
package struct EMRouting: Sendable {
  package var rows: Int
  package var columns: Int
  package var childTypes: Int
  package var parentTypes: Int
  package var kernelRows: Int
  package var kernelColumns: Int
  package var stride: Int
  /// Whether one weight per child type serves all places in the receptive field (the class layer).
  package var sharesWeights: Bool
  /// Whether the scaled (row, column) of a child's place is added to elements 3 and 7 of its votes.
  package var addsCoordinates: Bool
  package var poseStructure: PoseStructure
  package var scope: RoutingScope
  /// The inverse temperature λ of each iteration.
  package var inverseTemperatures: [Float]
  /// Added to every variance.
  package var varianceFloor: Float
  /// Added to the mass Σᵢ rᵢⱼ of every parent.
  package var massFloor: Float

  package init(
    rows: Int, columns: Int, childTypes: Int, parentTypes: Int, kernelRows: Int, kernelColumns: Int, stride: Int,
    sharesWeights: Bool, addsCoordinates: Bool, poseStructure: PoseStructure, scope: RoutingScope,
    inverseTemperatures: [Float], varianceFloor: Float, massFloor: Float
  ) {
    precondition(
      rows >= kernelRows && columns >= kernelColumns && kernelRows > 0 && kernelColumns > 0 && stride > 0,
      "EMRouting: a \(kernelRows)×\(kernelColumns) receptive field with stride \(stride) on \(rows)×\(columns) capsules"
    )
    precondition(childTypes > 0 && parentTypes > 0, "EMRouting: \(childTypes) child and \(parentTypes) parent types")
    precondition(!inverseTemperatures.isEmpty, "EMRouting: no iterations")
    self.rows = rows
    self.columns = columns
    self.childTypes = childTypes
    self.parentTypes = parentTypes
    self.kernelRows = kernelRows
    self.kernelColumns = kernelColumns
    self.stride = stride
    self.sharesWeights = sharesWeights
    self.addsCoordinates = addsCoordinates
    self.poseStructure = poseStructure
    self.scope = scope
    self.inverseTemperatures = inverseTemperatures
    self.varianceFloor = varianceFloor
    self.massFloor = massFloor
  }

  package var outputRows: Int { (rows - kernelRows) / stride + 1 }
  package var outputColumns: Int { (columns - kernelColumns) / stride + 1 }
  package var positions: Int { outputRows * outputColumns }
  /// Child capsules in one receptive field.
  package var children: Int { kernelRows * kernelColumns * childTypes }
  /// Child capsules in one image.
  package var cells: Int { rows * columns * childTypes }
  package var iterations: Int { inverseTemperatures.count }
  /// Distinct weights per parent type.
  package var weightedChildren: Int { sharesWeights ? childTypes : children }

  var blocks: Int { (parentTypes + 7) / 8 }
  /// Registers of assignments in one image and iteration.
  var assignments: Int { positions * blocks * children }

  package var weightShape: Shape {
    poseStructure == .matrix
      ? [weightedChildren, parentTypes, 4, 4] : [weightedChildren, parentTypes, 16, 16]
  }

  /// For each position, the first cell of every place in its receptive field.
  func placeCells() -> [Int] {
    var cells: [Int] = []
    cells.reserveCapacity(positions * kernelRows * kernelColumns)
    for row in 0..<outputRows {
      for column in 0..<outputColumns {
        for y in 0..<kernelRows {
          for x in 0..<kernelColumns {
            cells.append(((row * stride + y) * columns + column * stride + x) * childTypes)
          }
        }
      }
    }
    return cells
  }

  /// The assignment R every child starts with, per cell: one over the number of parents it votes for.
  func initialAssignments(_ placeCells: [Int]) -> [Float] {
    if scope == .position { return Array(repeating: 1 / Float(parentTypes), count: cells) }
    var covering = [Int](repeating: 0, count: cells)
    for first in placeCells {
      for type in 0..<childTypes { covering[first + type] += parentTypes }
    }
    return covering.map { $0 == 0 ? 0 : 1 / Float($0) }
  }

  /// 1 in the lanes of `block` that are parent types, 0 in the padding.
  func mask(_ block: Int) -> Lanes {
    var mask = Lanes(0)
    for lane in 0..<8 where block * 8 + lane < parentTypes { mask[lane] = 1 }
    return mask
  }

  /// Per parent type values as registers, zero in the padding.
  func lanes(_ values: UnsafeBufferPointer<Float>) -> [Lanes] {
    (0..<blocks).map { block in
      var lanes = Lanes(0)
      for lane in 0..<8 where block * 8 + lane < parentTypes { lanes[lane] = values[block * 8 + lane] }
      return lanes
    }
  }

  /// Index of pose element h among a parent's 16 registers: group-major, `(h mod 4)·4 + h div 4`.
  @inline(__always)
  static func slot(_ h: Int) -> Int { (h & 3) * 4 + h >> 2 }

  /// Offset within a packed vote weight of weight element `index` (row-major in its 4×4 or 16×16 matrix).
  @inline(__always)
  func packedOffset(_ index: Int) -> Int {
    switch poseStructure {
    case .matrix: (index & 3) * 4 + index >> 2  // [column][k]
    case .vector: (EMRouting.slot(index & 15)) * 16 + index >> 4  // [slot][k]
    }
  }

  /// Packs weights `[child, type, …]` as `[block][child][packed element]` registers.
  func pack(_ weights: UnsafeBufferPointer<Float>, into packed: UnsafeMutablePointer<Lanes>) {
    let size = poseStructure.weightCount
    for block in 0..<blocks {
      for child in 0..<weightedChildren {
        let target = packed + (block * weightedChildren + child) * size
        for index in 0..<size {
          var lanes = Lanes(0)
          for lane in 0..<8 where block * 8 + lane < parentTypes {
            lanes[lane] = weights[(child * parentTypes + block * 8 + lane) * size + index]
          }
          target[packedOffset(index)] = lanes
        }
      }
    }
  }

  /// The reverse of `pack`: adds packed gradients to `[child, type, …]`.
  func unpack(_ packed: UnsafePointer<Lanes>, addingTo weights: UnsafeMutableBufferPointer<Float>) {
    let size = poseStructure.weightCount
    for block in 0..<blocks {
      for child in 0..<weightedChildren {
        let source = packed + (block * weightedChildren + child) * size
        for index in 0..<size {
          let lanes = source[packedOffset(index)]
          for lane in 0..<8 where block * 8 + lane < parentTypes {
            weights[(child * parentTypes + block * 8 + lane) * size + index] += lanes[lane]
          }
        }
      }
    }
  }
}

/// Registers of scratch memory, freed with the last reference.
final class LaneBuffer {
  let pointer: UnsafeMutablePointer<Lanes>
  private let storage: Storage

  init(_ count: Int, zeroed: Bool = false) {
    storage = Storage(uninitialized: max(count, 1) * 8)
    pointer = UnsafeMutableRawPointer(storage.pointer).bindMemory(to: Lanes.self, capacity: max(count, 1))
    if zeroed { pointer.update(repeating: Lanes(0), count: count) }
  }
}
