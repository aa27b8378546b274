/// A toy: the solids that it is made of, in coordinates of its own.
struct Toy {
  private(set) var solids: [Solid] = []

  mutating func ball(_ center: Vector, radii: Vector, pitch: Float = 0) {
    solids.append(
      Solid(
        .ball, origin: center,
        axes: (
          Vector(radii.x, 0, 0).pitched(by: pitch), Vector(0, radii.y, 0), Vector(0, 0, radii.z).pitched(by: pitch)
        )))
  }

  mutating func ball(_ center: Vector, radius: Float) { ball(center, radii: Vector(radius, radius, radius)) }

  /// A round bar from `a` to `b`, of radius `thickness` there and `end` here, with flat ends.
  mutating func bar(_ a: Vector, _ b: Vector, _ thickness: Float, _ end: Float? = nil) {
    let axis = b - a
    let helper = abs(axis.z) < 0.9 * dot(axis, axis).squareRoot() ? Vector(0, 0, 1) : Vector(1, 0, 0)
    let x = normalized(cross(helper, axis)) * thickness
    let y = normalized(cross(axis, x)) * thickness
    solids.append(Solid(.frustum(top: (end ?? thickness) / thickness), origin: a, axes: (x, y, axis)))
  }

  /// A bar with round ends.
  mutating func limb(_ a: Vector, _ b: Vector, _ thickness: Float, _ end: Float? = nil) {
    bar(a, b, thickness, end)
    ball(a, radius: thickness)
    ball(b, radius: end ?? thickness)
  }

  /// A box on z = `z`: `length` along x, `width` along y; its top reaches from `back` to `front` of the half length and
  /// over `side` of the width.
  mutating func box(
    x: Float, y: Float = 0, z: Float, length: Float, width: Float, height: Float, back: Float = -1, front: Float = 1,
    side: Float = 1
  ) {
    solids.append(
      Solid(
        .taperedBox(back: back, front: front, side: side), origin: Vector(x, y, z),
        axes: (Vector(length / 2, 0, 0), Vector(0, width / 2, 0), Vector(0, 0, height))))
  }

  /// A flat piece that stands out from `root` by `span`: a wing, a fin. `chord` long and `thickness` thick at its root,
  /// `tip` of that at its end, which lies `sweep` further back.
  mutating func blade(root: Vector, span: Vector, chord: Float, tip: Float, sweep: Float, thickness: Float) {
    let thin = normalized(cross(span, Vector(1, 0, 0))) * (thickness / 2)
    let shift = -2 * sweep / chord
    solids.append(
      Solid(
        .taperedBox(back: shift - tip, front: shift + tip, side: 0.5), origin: root,
        axes: (Vector(chord / 2, 0, 0), thin, span)))
  }

  /// Two wheels on an axle at `x`, their outer sides `width` apart.
  mutating func wheels(x: Float, radius: Float, width: Float, thickness: Float) {
    for side: Float in [-1, 1] {
      bar(
        Vector(x, side * (width / 2 - thickness), radius), Vector(x, side * width / 2, radius), radius)
    }
  }

  /// The middle of the box along the axes that holds it, and how far from there its solids reach.
  var bounds: (center: Vector, radius: Float) {
    let low = solids.map(\.low).reduce(Vector(repeating: .infinity), pointwiseMin)
    let high = solids.map(\.high).reduce(Vector(repeating: -.infinity), pointwiseMax)
    let center = (low + high) * 0.5
    let reach = solids.map { solid in
      let far = pointwiseMax(solid.high - center, center - solid.low)
      return dot(far, far)
    }
    return (center, reach.max()!.squareRoot())
  }
}
