/// Planes of eight channels side by side in vectors, with padding around them: where arithmetic is the same for each
/// channel, it needs no shuffling, whatever the size of a plane.
struct ChannelPlanes {
  typealias Vector = SIMD8<Float>

  /// Of a plane.
  let rows: Int
  let columns: Int
  /// Zeros before the first column of a padded row.
  let left: Int
  let paddedColumns: Int

  /// The first elements of eight planes.
  struct Sources {
    let planes:
      (
        UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>,
        UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>
      )

    /// - Parameter plane: the number of the plane for a lane; those that are missing may be any.
    init(_ start: UnsafePointer<Float>, size: Int, _ plane: (_ lane: Int) -> Int) {
      func source(_ lane: Int) -> UnsafePointer<Float> { start + plane(lane) * size }
      planes = (source(0), source(1), source(2), source(3), source(4), source(5), source(6), source(7))
    }
  }

  /// Lays out `count` padded rows; `first` is the first of them, counted from the plane's own first row.
  func gather(_ sources: Sources, from first: Int, count: Int, into target: UnsafeMutablePointer<Vector>) {
    // Columns beyond the padded row are those that nobody needs.
    let wanted = max(0, min(columns, paddedColumns - left))
    for row in 0..<count {
      let start = target + row * paddedColumns
      let y = first + row
      guard y >= 0, y < rows else {
        start.update(repeating: Vector(), count: paddedColumns)
        continue
      }
      start.update(repeating: Vector(), count: left)
      (start + left + wanted).update(repeating: Vector(), count: paddedColumns - left - wanted)
      exchange(sources, from: y * columns, count: wanted, into: start + left)
    }
  }

  /// Lays out the elements `first` and following of each plane.
  @inline(__always)
  private func exchange(_ sources: Sources, from first: Int, count: Int, into target: UnsafeMutablePointer<Vector>) {
    let (a, b, c, d, e, f, g, h) = sources.planes
    @inline(__always) func load(_ plane: UnsafePointer<Float>, _ place: Int) -> Vector {
      UnsafeRawPointer(plane + place).loadUnaligned(as: Vector.self)
    }
    var x = 0
    while x < count {
      let (place, to) = (first &+ x, target + x)
      if place &+ 8 <= rows &* columns {
        let (a, b, c, d) = (load(a, place), load(b, place), load(c, place), load(d, place))
        let (e, f, g, h) = (load(e, place), load(f, place), load(g, place), load(h, place))
        let left = count &- x
        if left >= 8 {
          transposed(a, b, c, d, e, f, g, h) { to[$0] = $1 }
        } else {
          transposed(a, b, c, d, e, f, g, h) { pixel, vector in if pixel < left { to[pixel] = vector } }
        }
      } else {
        for pixel in 0..<min(8, count &- x) {
          let place = place &+ pixel
          to[pixel] = Vector(a[place], b[place], c[place], d[place], e[place], f[place], g[place], h[place])
        }
      }
      x &+= 8
    }
  }
}
