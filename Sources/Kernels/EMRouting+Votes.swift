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

  /// One group of the vote of a child with pose `m` and group weights `w`, plus `start`.
  @inline(always)
  func vote(_ m: UnsafePointer<Float>, _ w: UnsafePointer<Lanes>, plus start: LaneColumn) -> LaneColumn {
    var v = start
    switch poseStructure {
    case .matrix:
      for k in 0..<4 {
        v = multiplyAdd(w[k], LaneColumn(Lanes(m[k]), Lanes(m[4 &+ k]), Lanes(m[8 &+ k]), Lanes(m[12 &+ k])), v)
      }
    case .vector:
      for k in 0..<16 {
        v = multiplyAdd(Lanes(m[k]), LaneColumn(w[k], w[16 &+ k], w[32 &+ k], w[48 &+ k]), v)
      }
    }
    return v
  }

  /// Calls `body(child, cell, V − origin)` with one group of the votes of every child at `range` of the field's places.
  ///
  /// Element e of group g is h = 4e + g: row e, column g of a matrix vote. The subtraction is free: the sums that make up
  /// a vote start at −origin.
  @inline(always)
  func forEachVote(
    _ group: Int, _ field: Field, at range: Range<Int>, minus origin: LaneColumn,
    _ body: (_ child: Int, _ cell: Int, _ vote: LaneColumn) -> Void
  ) {
    let size = poseStructure.weightCount / 4
    var child = range.lowerBound &* childTypes
    for place in range {
      var cell = field.places[place]
      var m = field.poses + cell &* 16
      var w = field.weights + weightOffset(group, place)
      let start = coordinates(group, place) - origin
      for _ in 0..<childTypes {
        body(child, cell, vote(m, w, plus: start))
        child &+= 1
        cell &+= 1
        m += 16
        w += size
      }
    }
  }

  /// Calls `body(child, cell)` for every child of the field.
  @inline(always)
  func forEachChild(_ field: Field, _ body: (_ child: Int, _ cell: Int) -> Void) {
    var child = 0
    for place in 0..<fieldPlaces {
      let first = field.places[place]
      for type in 0..<childTypes {
        body(child, first &+ type)
        child &+= 1
      }
    }
  }
}
