/// The lamps round the turntable, and which of them each of the six lightings switches on.
enum ToyLights {
  /// Where a lamp stands, seen from the toy, in degrees; a bearing of 0 is where the cameras stand.
  private static let lamps: [(bearing: Float, height: Float)] = [
    (-55, 40), (50, 55), (140, 35), (-150, 65),
  ]
  /// How far away every lamp is, in radii of the toy: there it is as bright as a lighting says.
  static let distance: Float = 14
  /// The brightness of each lamp in each lighting.
  static let lightings: [[Float]] = [
    [0.95, 0, 0, 0],
    [0, 0.95, 0, 0],
    [0.55, 0.55, 0, 0],
    [0.25, 0, 0, 0.8],
    [0, 0.3, 0.75, 0],
    [0.35, 0.35, 0.3, 0.35],
  ]
  static let lampCount = lamps.count
  /// Light from everywhere.
  static let ambient: Float = 0.22
  /// How far apart the four points of a lamp are, in radii of the toy: what makes the edges of shadows soft.
  private static let size: Float = 1

  /// Where the points of each lamp are: `[lamp][point]`, for the table turned by `azimuth`.
  static func positions(center: Vector, radius: Float, azimuth: Float) -> [[Vector]] {
    lamps.map { lamp in
      let outward = Vector(1, 0, 0).pitched(by: lamp.height).turned(by: lamp.bearing - azimuth)
      let along = Vector(0, 1, 0).turned(by: lamp.bearing - azimuth)
      let up = cross(outward, along)
      return (0..<4).map { point in
        let (a, b): (Float, Float) = (point & 1 == 0 ? -0.5 : 0.5, point & 2 == 0 ? -0.5 : 0.5)
        return center + (outward * distance + along * (a * size) + up * (b * size)) * radius
      }
    }
  }
}
