extension EMRouting {
  /// One position of one image and one block of parent types: what the inner loops read.
  struct Field {
    /// The first cell of each place in the receptive field.
    let places: UnsafePointer<Int>
    /// The image's poses, `[cell][16]`.
    let poses: UnsafePointer<Float>
    /// The block's packed weights.
    let weights: UnsafePointer<Lanes>
  }

  /// The packed weights of `group` for the children at `place`, counted from a block's first.
  @inline(always)
  func weightOffset(_ group: Int, _ place: Int) -> Int {
    (group &* weightedChildren &+ (sharesWeights ? 0 : place &* childTypes)) &* (poseStructure.weightCount / 4)
  }

  /// What Coordinate Addition adds to the votes of `group` from `place`: the scaled centre of its place in the field.
  @inline(always)
  func coordinates(_ group: Int, _ place: Int) -> LaneColumn {
    guard addsCoordinates && group == 3 else { return .zero }
    let (y, x) = (place / kernelColumns, place % kernelColumns)
    return LaneColumn(
      Lanes((Float(y) + 0.5) / Float(kernelRows)), Lanes((Float(x) + 0.5) / Float(kernelColumns)), Lanes(0), Lanes(0))
  }

  /// One group of the votes of the children at `place`, in their order, less `origin`.
  @inline(always)
  func votes(_ group: Int, _ field: Field, at place: Int, minus origin: LaneColumn) -> Votes {
    Votes(
      m: field.poses + field.places[place] &* 16, w: field.weights + weightOffset(group, place),
      start: coordinates(group, place) - origin, structure: poseStructure)
  }

  /// The votes of one group, child by child.
  ///
  /// Element e of group g is h = 4e + g: row e, column g of a matrix vote. Subtracting an origin is free: the sums that make
  /// up a vote start at its negative. A loop calls `next()` rather than passing a closure, which compilers may leave
  /// uninlined: a call for each vote doubles its time.
  struct Votes {
    private var m: UnsafePointer<Float>
    private var w: UnsafePointer<Lanes>
    private let start: LaneColumn
    private let structure: PoseStructure

    @inline(always)
    fileprivate init(
      m: UnsafePointer<Float>, w: UnsafePointer<Lanes>, start: LaneColumn, structure: PoseStructure
    ) {
      (self.m, self.w, self.start, self.structure) = (m, w, start, structure)
    }

    @inline(always)
    mutating func next() -> LaneColumn {
      var v = start
      switch structure {
      case .matrix:
        for k in 0..<4 {
          v = multiplyAdd(w[k], LaneColumn(Lanes(m[k]), Lanes(m[4 &+ k]), Lanes(m[8 &+ k]), Lanes(m[12 &+ k])), v)
        }
        w += 4
      case .vector:
        for k in 0..<16 {
          v = multiplyAdd(Lanes(m[k]), LaneColumn(w[k], w[16 &+ k], w[32 &+ k], w[48 &+ k]), v)
        }
        w += 64
      }
      m += 16
      return v
    }
  }
}
