/// Four registers that go through the same arithmetic: one column of a 4×4 matrix of `Lanes`, top to bottom.
struct LaneColumn {
  var e0: Lanes
  var e1: Lanes
  var e2: Lanes
  var e3: Lanes

  @inline(always)
  init(_ e0: Lanes, _ e1: Lanes, _ e2: Lanes, _ e3: Lanes) { (self.e0, self.e1, self.e2, self.e3) = (e0, e1, e2, e3) }

  @inline(always)
  init(repeating value: Lanes) { self.init(value, value, value, value) }

  /// The four registers at `pointer`.
  @inline(always)
  init(_ pointer: UnsafePointer<Lanes>) { self.init(pointer[0], pointer[1], pointer[2], pointer[3]) }

  static var zero: LaneColumn {
    @inline(always) get { LaneColumn(repeating: Lanes(0)) }
  }

  @inline(always)
  func store(_ pointer: UnsafeMutablePointer<Lanes>) {
    pointer[0] = e0
    pointer[1] = e1
    pointer[2] = e2
    pointer[3] = e3
  }

  /// The sum of the four, elementwise.
  var sum: Lanes {
    @inline(always) get { (e0 + e1) + (e2 + e3) }
  }

  @inline(always)
  static func + (a: LaneColumn, b: LaneColumn) -> LaneColumn {
    LaneColumn(a.e0 + b.e0, a.e1 + b.e1, a.e2 + b.e2, a.e3 + b.e3)
  }

  @inline(always)
  static func - (a: LaneColumn, b: LaneColumn) -> LaneColumn {
    LaneColumn(a.e0 - b.e0, a.e1 - b.e1, a.e2 - b.e2, a.e3 - b.e3)
  }

  @inline(always)
  static func * (a: LaneColumn, b: LaneColumn) -> LaneColumn {
    LaneColumn(a.e0 * b.e0, a.e1 * b.e1, a.e2 * b.e2, a.e3 * b.e3)
  }

  @inline(always)
  static func * (a: Lanes, b: LaneColumn) -> LaneColumn { LaneColumn(a * b.e0, a * b.e1, a * b.e2, a * b.e3) }

  @inline(always)
  static func / (a: Lanes, b: LaneColumn) -> LaneColumn { LaneColumn(a / b.e0, a / b.e1, a / b.e2, a / b.e3) }
}

/// `logarithm` of each.
@inline(always)
func logarithm(_ x: LaneColumn) -> LaneColumn {
  LaneColumn(logarithm(x.e0), logarithm(x.e1), logarithm(x.e2), logarithm(x.e3))
}

/// `a * b + c`, element by element.
@inline(always)
func multiplyAdd(_ a: LaneColumn, _ b: LaneColumn, _ c: LaneColumn) -> LaneColumn {
  LaneColumn(
    multiplyAdd(a.e0, b.e0, c.e0), multiplyAdd(a.e1, b.e1, c.e1), multiplyAdd(a.e2, b.e2, c.e2),
    multiplyAdd(a.e3, b.e3, c.e3))
}

/// `a * b + c` with the same `a` for all four.
@inline(always)
func multiplyAdd(_ a: Lanes, _ b: LaneColumn, _ c: LaneColumn) -> LaneColumn {
  LaneColumn(
    multiplyAdd(a, b.e0, c.e0), multiplyAdd(a, b.e1, c.e1), multiplyAdd(a, b.e2, c.e2), multiplyAdd(a, b.e3, c.e3))
}

/// `a₀b₀ + a₁b₁ + a₂b₂ + a₃b₃ + c`, one after the other.
@inline(always)
func multiplyAddAll(_ a: LaneColumn, _ b: LaneColumn, _ c: Lanes) -> Lanes {
  multiplyAdd(a.e3, b.e3, multiplyAdd(a.e2, b.e2, multiplyAdd(a.e1, b.e1, multiplyAdd(a.e0, b.e0, c))))
}
