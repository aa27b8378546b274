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

/// What the activation of a parent capsule is.
public enum ActivationRule: String, Hashable, Sendable, Codable, CaseIterable {
  /// logistic(λ(β_a − Σ cost)): how much shorter the description of its children gets with the capsule (the paper, Eq. 2).
  case logistic
  /// s_j / Σ_k s_k, with the mass s_j = Σᵢ rᵢⱼ and k over all types at all positions of the layer, as in a mixture of
  /// Gaussians (the paper, §5). It has no use for λ, β_a and β_u.
  case mixingProportion = "mixing-proportion"
}

/// An EM-routed layer of capsules (Hinton, Sabour & Frosst 2018, Procedure 1): its sizes and switches.
///
/// Poses are `[batch, row, column, type, 16]`, h = 4·row + column of the matrix; activations `[batch, row, column, type]`.
/// Child n of a position counts receptive-field rows, then columns, then types.
///
/// **Layout.** Parent types go `Lanes.width` to a register (a *block*), so all sums over children and pose elements are
/// vertical. The 16 pose elements are taken in four groups, the columns of the matrix: the sums, means and precisions of
/// one group fit in registers while the children stream by. Weights are packed `[block][group][child][…]`, so that every
/// loop reads them one after the other; a block's (295 KB for the full net) stay in the second-level cache while the
/// positions pass. Votes are recomputed in every pass rather than kept: an image's would be 21 MB. Assignments need all
/// positions of an image before they can be normalised; they are `[position][block][child]`.
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
  package var activationRule: ActivationRule

  package init(
    rows: Int, columns: Int, childTypes: Int, parentTypes: Int, kernelRows: Int, kernelColumns: Int, stride: Int,
    sharesWeights: Bool, addsCoordinates: Bool, poseStructure: PoseStructure, scope: RoutingScope,
    inverseTemperatures: [Float], varianceFloor: Float, massFloor: Float, activationRule: ActivationRule = .logistic
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
    self.activationRule = activationRule
  }

  package var outputRows: Int { (rows - kernelRows) / stride + 1 }
  package var outputColumns: Int { (columns - kernelColumns) / stride + 1 }
  package var positions: Int { outputRows * outputColumns }
  /// Places in one receptive field.
  package var fieldPlaces: Int { kernelRows * kernelColumns }
  /// Child capsules in one receptive field.
  package var children: Int { fieldPlaces * childTypes }
  /// Child capsules in one image.
  package var cells: Int { rows * columns * childTypes }
  package var iterations: Int { inverseTemperatures.count }
  /// Distinct weights per parent type.
  package var weightedChildren: Int { sharesWeights ? childTypes : children }

  package var weightShape: Shape {
    poseStructure == .matrix
      ? [weightedChildren, parentTypes, 4, 4] : [weightedChildren, parentTypes, 16, 16]
  }
}
