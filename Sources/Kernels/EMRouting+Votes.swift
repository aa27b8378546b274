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

  /// Calls `body(child, V₀, V₁, V₂, V₃, m, w)` with one group of the votes of every child of a position, in order.
  ///
  /// Element e of group g is h = 4e + g: row e, column g of a matrix vote. `m` is the child's pose and `w` the group's
  /// packed weights.
  @inline(__always)
  func forEachVote(
    _ group: Int, _ field: Field,
    _ body: (Int, Lanes, Lanes, Lanes, Lanes, UnsafePointer<Float>, UnsafePointer<Lanes>) -> Void
  ) {
    let size = poseStructure.weightCount
    let matrix = poseStructure == .matrix
    var child = 0
    for place in 0..<(kernelRows &* kernelColumns) {
      var m = field.poses + field.places[place] &* 16
      var w = field.weights + (sharesWeights ? 0 : place &* childTypes &* size) + group &* (size / 4)
      var offset0 = Lanes(0)
      var offset1 = Lanes(0)
      if addsCoordinates && group == 3 {
        offset0 = Lanes((Float(place / kernelColumns) + 0.5) / Float(kernelRows))
        offset1 = Lanes((Float(place % kernelColumns) + 0.5) / Float(kernelColumns))
      }
      for _ in 0..<childTypes {
        var v0 = offset0
        var v1 = offset1
        var v2 = Lanes(0)
        var v3 = Lanes(0)
        if matrix {
          for k in 0..<4 {
            let wk = w[k]
            v0 = multiplyAdd(Lanes(m[k]), wk, v0)
            v1 = multiplyAdd(Lanes(m[4 &+ k]), wk, v1)
            v2 = multiplyAdd(Lanes(m[8 &+ k]), wk, v2)
            v3 = multiplyAdd(Lanes(m[12 &+ k]), wk, v3)
          }
        } else {
          for k in 0..<16 {
            let mk = Lanes(m[k])
            v0 = multiplyAdd(mk, w[k], v0)
            v1 = multiplyAdd(mk, w[16 &+ k], v1)
            v2 = multiplyAdd(mk, w[32 &+ k], v2)
            v3 = multiplyAdd(mk, w[48 &+ k], v3)
          }
        }
        body(child, v0, v1, v2, v3, m, w)
        child &+= 1
        m += 16
        w += size
      }
    }
  }
}
