/// Pictures of one toy from one azimuth and elevation in all lightings, by casting rays.
///
/// Each pixel is the mean of 2×2 rays. Where a ray ends, a matt surface reflects what the lamps that it sees send
/// (Lambert 1760); each of the four rays looks at another point of each lamp, which makes shadows soft.
struct ToyRenderer {
  static let side = 96
  private static let samplesPerSide = 2
  private static let samples = side * samplesPerSide
  /// What the matt paint and the table reflect.
  private static let paint: Float = 0.62
  private static let table: Float = 0.72

  private let solids: [Solid]
  private let center: Vector
  private let radius: Float

  init(_ toy: Toy) {
    solids = toy.solids
    (center, radius) = toy.bounds
  }

  /// The pairs of pictures in each lighting: `[lighting, eye, row, column]` as bytes.
  ///
  /// - Parameters:
  ///   - elevation: the cameras' angle above the table, in degrees.
  ///   - azimuth: how far the table is turned, in degrees.
  ///   - shift: how many pixels below and to the right of the middle the toy is seen.
  func pictures(elevation: Float, azimuth: Float, shift: (row: Float, column: Float)) -> [UInt8] {
    let (pixels, lightings) = (Self.side * Self.side, ToyLights.lightings.count)
    let lamps = ToyLights.positions(center: center, radius: radius, azimuth: azimuth)
    var result = [UInt8](repeating: 0, count: lightings * 2 * pixels)
    for eye in 0..<2 {
      let camera = ToyCamera(
        center: center, radius: radius, elevation: elevation, azimuth: azimuth, eye: eye, samples: Self.samples,
        shift: (shift.row * Float(Self.samplesPerSide), shift.column * Float(Self.samplesPerSide)))
      let lights = light(surfaces(camera), camera, lamps)
      for (lighting, brightness) in ToyLights.lightings.enumerated() {
        for pixel in 0..<pixels {
          let (row, column) = (pixel / Self.side * Self.samplesPerSide, pixel % Self.side * Self.samplesPerSide)
          var sum: Float = 0
          for sample in [0, 1, Self.samples, Self.samples + 1] {
            let light = lights[row * Self.samples + column + sample]
            var radiance = light.ambient
            for lamp in 0..<4 { radiance += brightness[lamp] * light.lamps[lamp] }
            sum += radiance
          }
          // The square root stands for the camera's gamma.
          let level = (255 * min(1, sum / 4).squareRoot()).rounded()
          result[(lighting * 2 + eye) * pixels + pixel] = UInt8(level)
        }
      }
    }
    return result
  }

  /// Where the ray of each sample ends: how far along, and the surface's outward normal; `nil` on the table.
  private func surfaces(_ camera: ToyCamera) -> [(t: Float, normal: Vector)?] {
    var nearest = [(t: Float, normal: Vector)?](repeating: nil, count: Self.samples * Self.samples)
    for solid in solids {
      let (rows, columns) = camera.window(center: solid.center, radius: solid.radius)
      for row in rows {
        for column in columns {
          let ray = camera.ray(row: row, column: column)
          guard let hit = solid.entry(of: ray), hit.t < nearest[row * Self.samples + column]?.t ?? .infinity else {
            continue
          }
          nearest[row * Self.samples + column] = (hit.t, hit.normal)
        }
      }
    }
    return nearest
  }

  /// What each sample reflects: of the light from everywhere, and of each lamp.
  private func light(
    _ surfaces: [(t: Float, normal: Vector)?], _ camera: ToyCamera, _ lamps: [[Vector]]
  ) -> [(ambient: Float, lamps: SIMD4<Float>)] {
    surfaces.enumerated().map { index, surface in
      let (row, column) = (index / Self.samples, index % Self.samples)
      let ray = camera.ray(row: row, column: column)
      // Every ray looks down, so that those which miss the toy meet the table.
      let t = surface?.t ?? -ray.origin.z / ray.direction.z
      let normal = surface.map { normalized($0.normal) } ?? Vector(0, 0, 1)
      let reflectance = surface == nil ? Self.table : Self.paint
      let point = ray.origin + ray.direction * t + normal * (2e-3 * radius)
      var received = SIMD4<Float>()
      for lamp in 0..<lamps.count {
        let toLamp = lamps[lamp][row % 2 * 2 + column % 2] - point
        let direction = normalized(toLamp)
        let cosine = dot(normal, direction)
        guard cosine > 0, !isShaded(Ray(origin: point, direction: direction)) else { continue }
        let fallOff = ToyLights.distance * ToyLights.distance * radius * radius / dot(toLamp, toLamp)
        received[lamp] = reflectance * cosine * fallOff
      }
      // A surface that looks down sees the darker table.
      return (reflectance * ToyLights.ambient * (0.75 + 0.25 * normal.z), received)
    }
  }

  private func isShaded(_ ray: Ray) -> Bool {
    let toCenter = center - ray.origin
    let along = dot(toCenter, ray.direction)
    guard dot(toCenter, toCenter) - along * along <= radius * radius else { return false }
    return solids.contains { $0.mayMeet(ray) && $0.entry(of: ray) != nil }
  }
}
