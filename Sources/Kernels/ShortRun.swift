/// Copies a short run; the last eight may overlap those before.
@inline(__always)
func copy(_ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ count: Int) {
  guard count >= 8 else {
    for i in 0..<max(count, 0) { to[i] = from[i] }
    return
  }
  var i = 0
  while i < count {
    i = min(i, count - 8)
    let value = UnsafeRawPointer(from + i).loadUnaligned(as: SIMD8<Float>.self)
    UnsafeMutableRawPointer(to + i).storeBytes(of: value, as: SIMD8<Float>.self)
    i += 8
  }
}
