extension Kernels {
  /// `y = f(x)` a register at a time. The last elements go through a register of their own, so that every element gets the
  /// same numbers wherever it lies.
  @inline(__always)
  static func lanewise(_ x: Floats, _ y: MutableFloats, _ f: (Lanes) -> Lanes) {
    let (from, to) = (x.baseAddress!, y.baseAddress!)
    let whole = x.count - x.count % Lanes.width
    for i in stride(from: 0, to: whole, by: Lanes.width) { store(f(load(from + i)), to + i) }
    if whole < x.count { store(f(load(from + whole, x.count - whole)), to + whole, x.count - whole) }
  }

  /// `y = f(x)` for functions that the compiler makes vectors of by itself: a comparison or two and a product.
  @inline(__always)
  static func elementwise(_ x: Floats, _ y: MutableFloats, _ f: (Float) -> Float) {
    let (from, to) = (x.baseAddress!, y.baseAddress!)
    for i in 0..<x.count { to[i] = f(from[i]) }
  }

  /// `z = f(x, y)` for such functions.
  @inline(__always)
  static func elementwise(_ x: Floats, _ y: Floats, _ z: MutableFloats, _ f: (Float, Float) -> Float) {
    let (p, q, to) = (x.baseAddress!, y.baseAddress!, z.baseAddress!)
    for i in 0..<x.count { to[i] = f(p[i], q[i]) }
  }

  /// `z = f(x, y)` a register at a time.
  @inline(__always)
  static func lanewise(_ x: Floats, _ y: Floats, _ z: MutableFloats, _ f: (Lanes, Lanes) -> Lanes) {
    let (p, q, to) = (x.baseAddress!, y.baseAddress!, z.baseAddress!)
    let whole = x.count - x.count % Lanes.width
    for i in stride(from: 0, to: whole, by: Lanes.width) { store(f(load(p + i), load(q + i)), to + i) }
    let rest = x.count - whole
    if rest > 0 { store(f(load(p + whole, rest), load(q + whole, rest)), to + whole, rest) }
  }

  @inline(__always)
  static func load(_ x: UnsafePointer<Float>) -> Lanes { UnsafeRawPointer(x).loadUnaligned(as: Lanes.self) }

  @inline(__always)
  static func store(_ value: Lanes, _ y: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(y).storeBytes(of: value, as: Lanes.self)
  }

  /// `count` elements, and `fill` in the other lanes.
  @inline(__always)
  static func load(_ x: UnsafePointer<Float>, _ count: Int, fill: Float = 0) -> Lanes {
    var value = Lanes(fill)
    for lane in 0..<count { value[lane] = x[lane] }
    return value
  }

  @inline(__always)
  static func store(_ value: Lanes, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
    for lane in 0..<count { y[lane] = value[lane] }
  }
}
