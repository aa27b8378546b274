/// One convex part of a toy: a simple shape in coordinates of its own, and where these lie in the toy.
package struct Solid {
  package enum Shape {
    /// x² + y² + z² ≤ 1.
    case ball
    /// 0 ≤ z ≤ 1 with radius 1 at z = 0 and `top` at z = 1.
    case frustum(top: Float)
    /// 0 ≤ z ≤ 1; at z = 0, |x| ≤ 1 and |y| ≤ 1; at z = 1, `back` ≤ x ≤ `front` and |y| ≤ `side`: boxes, cabins, wings.
    case taperedBox(back: Float, front: Float, side: Float)
  }

  let shape: Shape
  /// The corners of the box along the toy's axes that holds it.
  package let low: Vector
  package let high: Vector
  /// A ball round that box, to pass it by quickly.
  package let center: Vector
  package let radius: Float
  /// The origin of its coordinates, and the rows of the matrix that leads into them.
  private let origin: Vector
  private let rows: (Vector, Vector, Vector)

  /// - Parameters:
  ///   - origin: where (0, 0, 0) of the shape's coordinates lies.
  ///   - axes: where its unit vectors point, with their lengths.
  package init(_ shape: Shape, origin: Vector, axes: (Vector, Vector, Vector)) {
    self.shape = shape
    self.origin = origin
    let (x, y, z) = axes
    let determinant = dot(x, cross(y, z))
    precondition(determinant != 0, "Solid: the axes \(axes) lie in a plane")
    rows = (cross(y, z) / determinant, cross(z, x) / determinant, cross(x, y) / determinant)
    // The shape lies between these two ends along z, each an ellipse or a parallelogram.
    let ends: [(center: Vector, x: Vector, y: Vector)] =
      switch shape {
      case .ball: [(.zero, x, y)]
      case .frustum(let top): [(.zero, x, y), (z, x * top, y * top)]
      case .taperedBox(let back, let front, let side):
        [(.zero, x, y), (z + x * ((back + front) / 2), x * ((front - back) / 2), y * side)]
      }
    var (low, high) = (Vector(repeating: .infinity), Vector(repeating: -.infinity))
    for end in ends {
      let reach: Vector =
        switch shape {
        case .ball: (x * x + y * y + z * z).squareRoot()
        case .frustum: (end.x * end.x + end.y * end.y).squareRoot()
        case .taperedBox: pointwiseMax(end.x, -end.x) + pointwiseMax(end.y, -end.y)
        }
      low = pointwiseMin(low, end.center - reach)
      high = pointwiseMax(high, end.center + reach)
    }
    self.low = origin + low
    self.high = origin + high
    let half = (high - low) * 0.5
    center = origin + (low + high) * 0.5
    // A little more covers rounding.
    radius = 1.001 * dot(half, half).squareRoot()
  }

  /// Where `ray` enters, and the surface's outward normal there (of any length); `nil` if it misses or starts inside.
  @inline(__always)
  package func entry(of ray: Ray) -> (t: Float, normal: Vector)? {
    let from = ray.origin - origin
    let o = Vector(dot(rows.0, from), dot(rows.1, from), dot(rows.2, from))
    let d = Vector(dot(rows.0, ray.direction), dot(rows.1, ray.direction), dot(rows.2, ray.direction))
    let hit: (t: Float, normal: Vector)? =
      switch shape {
      case .ball: Self.ball(o, d)
      case .frustum(let top): Self.frustum(o, d, top)
      case .taperedBox(let back, let front, let side): Self.box(o, d, back, front, side)
      }
    guard let hit else { return nil }
    // Normals go by the transpose of the inverse of the matrix that leads out, which is that of `rows`.
    let n = hit.normal
    return (hit.t, rows.0 * n.x + rows.1 * n.y + rows.2 * n.z)
  }

  /// Whether `ray` passes the ball that holds the solid.
  @inline(__always)
  func mayMeet(_ ray: Ray) -> Bool {
    let toCenter = center - ray.origin
    let along = dot(toCenter, ray.direction)
    return dot(toCenter, toCenter) - along * along <= radius * radius && along > -radius
  }

  private static func ball(_ o: Vector, _ d: Vector) -> (Float, Vector)? {
    let a = dot(d, d)
    let b = dot(o, d)
    let c = dot(o, o) - 1
    let discriminant = b * b - a * c
    guard discriminant > 0 else { return nil }
    let t = (-b - discriminant.squareRoot()) / a
    return t > 0 ? (t, o + d * t) : nil
  }

  private static func frustum(_ o: Vector, _ d: Vector, _ top: Float) -> (Float, Vector)? {
    // x² + y² = (1 + k z)²
    let k = top - 1
    let r = 1 + k * o.z
    let a = d.x * d.x + d.y * d.y - k * k * d.z * d.z
    let b = o.x * d.x + o.y * d.y - k * r * d.z
    let c = o.x * o.x + o.y * o.y - r * r
    var nearest: (t: Float, normal: Vector)?
    let discriminant = b * b - a * c
    if discriminant > 0, a != 0 {
      let root = discriminant.squareRoot()
      // Of a cone, the larger root may be the first on this side of its tip.
      for t in [(-b - root) / a, (-b + root) / a] where t > 0 {
        let p = o + d * t
        guard p.z >= 0, p.z <= 1, t < nearest?.t ?? .infinity else { continue }
        nearest = (t, Vector(p.x, p.y, -k * (1 + k * p.z)))
      }
    }
    if d.z != 0 {
      for (z, radius, up) in [(Float(0), Float(1), Float(-1)), (1, top, 1)] where d.z * up < 0 {
        let t = (z - o.z) / d.z
        let (x, y) = (o.x + d.x * t, o.y + d.y * t)
        if t > 0, x * x + y * y <= radius * radius, t < nearest?.t ?? .infinity {
          nearest = (t, Vector(0, 0, up))
        }
      }
    }
    guard let nearest, dot(nearest.normal, d) < 0 else { return nil }
    return nearest
  }

  private static func box(_ o: Vector, _ d: Vector, _ back: Float, _ front: Float, _ side: Float) -> (Float, Vector)? {
    var (enter, leave) = (-Float.infinity, Float.infinity)
    var normal = Vector.zero
    // A half-space n·p ≤ h.
    @inline(__always)
    func cut(_ n: Vector, _ h: Float) -> Bool {
      let distance = h - dot(n, o)
      let speed = dot(n, d)
      guard speed != 0 else { return distance >= 0 }
      let t = distance / speed
      if speed < 0 {
        if t > enter { (enter, normal) = (t, n) }
      } else if t < leave {
        leave = t
      }
      return enter <= leave
    }
    guard cut(Vector(0, 0, -1), 0), cut(Vector(0, 0, 1), 1),
      cut(Vector(1, 0, 1 - front), 1), cut(Vector(-1, 0, 1 + back), 1),
      cut(Vector(0, 1, 1 - side), 1), cut(Vector(0, -1, 1 - side), 1), enter > 0
    else { return nil }
    return (enter, normal)
  }
}
