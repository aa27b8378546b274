/// A tile of a product of matrices: as many sums as the registers hold.
///
/// Each sum is one chain of additions in the order of the inner dimension, wherever its row or column lies: so what a row
/// gives can't depend on the rows beside it.
enum ProductTile {
  static var rows: Int { 6 }
  static var columns: Int { 2 * Lanes.scalarCount }
}

/// Gives `store` the sums `Σ_k a[row · stride + k] b[k · step + column]` of `rows` ≤ 6 rows and all columns of a tile.
@inline(__always)
func tileProduct(
  _ a: UnsafePointer<Float>, stride: Int, rows: Int, _ b: UnsafePointer<Float>, step: Int, count: Int,
  _ store: (_ row: Int, _ low: Lanes, _ high: Lanes) -> Void
) {
  // Rows that are missing are computed as copies of the last.
  let last = rows &- 1
  let a0 = a
  let a1 = a + min(1, last) &* stride
  let a2 = a + min(2, last) &* stride
  let a3 = a + min(3, last) &* stride
  let a4 = a + min(4, last) &* stride
  let a5 = a + min(5, last) &* stride
  var (s0, t0, s1, t1, s2, t2) = (Lanes(), Lanes(), Lanes(), Lanes(), Lanes(), Lanes())
  var (s3, t3, s4, t4, s5, t5) = (Lanes(), Lanes(), Lanes(), Lanes(), Lanes(), Lanes())
  var b = b
  for k in 0..<count {
    let low = UnsafeRawPointer(b).loadUnaligned(as: Lanes.self)
    let high = UnsafeRawPointer(b + Lanes.scalarCount).loadUnaligned(as: Lanes.self)
    b += step
    let x0 = Lanes(repeating: a0[k])
    (s0, t0) = (multiplyAdd(x0, low, s0), multiplyAdd(x0, high, t0))
    let x1 = Lanes(repeating: a1[k])
    (s1, t1) = (multiplyAdd(x1, low, s1), multiplyAdd(x1, high, t1))
    let x2 = Lanes(repeating: a2[k])
    (s2, t2) = (multiplyAdd(x2, low, s2), multiplyAdd(x2, high, t2))
    let x3 = Lanes(repeating: a3[k])
    (s3, t3) = (multiplyAdd(x3, low, s3), multiplyAdd(x3, high, t3))
    let x4 = Lanes(repeating: a4[k])
    (s4, t4) = (multiplyAdd(x4, low, s4), multiplyAdd(x4, high, t4))
    let x5 = Lanes(repeating: a5[k])
    (s5, t5) = (multiplyAdd(x5, low, s5), multiplyAdd(x5, high, t5))
  }
  store(0, s0, t0)
  if rows > 1 { store(1, s1, t1) }
  if rows > 2 { store(2, s2, t2) }
  if rows > 3 { store(3, s3, t3) }
  if rows > 4 { store(4, s4, t4) }
  if rows > 5 { store(5, s5, t5) }
}
