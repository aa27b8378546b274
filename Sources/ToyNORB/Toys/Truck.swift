/// A lorry.
struct Truck {
  var length: Float = 2.2
  var width: Float = 0.72
  /// How high the frame is above the table.
  var frame: Float = 0.26
  var wheelRadius: Float = 0.17
  /// Where the axles are, from the front, in shares of the length.
  var axles: [Float] = [0.14, 0.72, 0.88]
  /// The bonnet in front of the cab: 0 if there is none.
  var bonnetLength: Float = 0
  var cabLength: Float = 0.5
  var cabHeight: Float = 0.75
  /// How far the windscreen leans back, in shares of the cab's half length.
  var slope: Float = 0.2
  var cargo = Cargo.box(height: 0.9)

  enum Cargo {
    case box(height: Float)
    case flat, tank, tipper, ladder, crane, mixer, rails
  }

  static let instances: [Truck] = [
    // a removal van
    Truck(),
    // a tanker with a bonnet
    Truck(length: 2.4, axles: [0.12, 0.7, 0.86], bonnetLength: 0.4, cabLength: 0.42, cabHeight: 0.7, cargo: .tank),
    // a tipper
    Truck(length: 1.8, width: 0.78, frame: 0.32, wheelRadius: 0.22, axles: [0.17, 0.78], cargo: .tipper),
    // a fire engine
    Truck(length: 2.2, axles: [0.2, 0.75], cabLength: 0.6, cabHeight: 0.72, slope: 0.1, cargo: .ladder),
    // a delivery truck
    Truck(length: 1.7, width: 0.7, axles: [0.16, 0.78], cabLength: 0.42, cabHeight: 0.65, cargo: .box(height: 0.8)),
    // a flat bed with a bonnet
    Truck(
      length: 2, axles: [0.14, 0.76], bonnetLength: 0.42, cabLength: 0.42, cabHeight: 0.62, slope: 0.3, cargo: .flat),
    // a concrete mixer
    Truck(length: 2, frame: 0.3, wheelRadius: 0.19, axles: [0.14, 0.68, 0.86], cargo: .mixer),
    // a mobile crane
    Truck(
      length: 2.2, axles: [0.12, 0.3, 0.7, 0.86], cabLength: 0.4, cabHeight: 0.5, slope: 0.25, cargo: .crane),
    // a tipper with a bonnet
    Truck(
      length: 1.95, width: 0.76, frame: 0.3, wheelRadius: 0.2, axles: [0.15, 0.8], bonnetLength: 0.36,
      cabLength: 0.42, cabHeight: 0.66, cargo: .tipper),
    // an army truck
    Truck(
      length: 1.9, frame: 0.36, wheelRadius: 0.22, axles: [0.16, 0.62, 0.86], bonnetLength: 0.38, cabLength: 0.36,
      cabHeight: 0.55, slope: 0.1, cargo: .rails),
  ]

  var toy: Toy {
    var toy = Toy()
    let front = length / 2
    toy.box(x: 0, z: frame, length: length, width: width * 0.7, height: 0.1)
    for axle in axles { toy.wheels(x: front - axle * length, radius: wheelRadius, width: width, thickness: 0.13) }
    let floor = frame + 0.06
    if bonnetLength > 0 {
      toy.box(
        x: front - bonnetLength / 2, z: floor, length: bonnetLength, width: width * 0.72, height: cabHeight * 0.52,
        front: 0.9, side: 0.85)
    }
    let cab = front - bonnetLength - cabLength / 2
    toy.box(x: cab, z: floor, length: cabLength, width: width * 0.96, height: cabHeight * 0.5)
    toy.box(
      x: cab, z: floor + cabHeight * 0.5, length: cabLength, width: width * 0.96, height: cabHeight * 0.5,
      front: 1 - 2 * slope, side: 0.88)
    // The bumper.
    toy.box(x: front + 0.02, z: frame - 0.06, length: 0.06, width: width * 0.98, height: 0.12)
    addCargo(to: &toy, from: -length / 2, to: cab - cabLength / 2 - 0.05, floor: frame + 0.1)
    return toy
  }

  private func addCargo(to toy: inout Toy, from back: Float, to front: Float, floor: Float) {
    let (middle, long) = ((back + front) / 2, front - back)
    switch cargo {
    case .box(let height): toy.box(x: middle, z: floor, length: long, width: width, height: height)
    case .flat:
      toy.box(x: middle, z: floor, length: long, width: width, height: 0.07)
      toy.box(x: front - 0.03, z: floor, length: 0.05, width: width, height: 0.4)
    case .tank:
      let radius = width * 0.42
      toy.bar(Vector(back + 0.06, 0, floor + radius), Vector(front - 0.06, 0, floor + radius), radius)
      for x in [back + 0.06, front - 0.06] {
        toy.ball(Vector(x, 0, floor + radius), radii: Vector(0.08, radius, radius))
      }
      toy.bar(Vector(middle, 0, floor + 2 * radius - 0.03), Vector(middle, 0, floor + 2 * radius + 0.08), 0.1)
    case .tipper:
      toy.box(
        x: middle, z: floor + 0.05, length: long * 0.8, width: width * 0.8, height: 0.5, back: -1.3, front: 1.25,
        side: 1.25)
    case .ladder:
      toy.box(x: middle, z: floor, length: long, width: width, height: 0.55)
      for side: Float in [-1, 1] {
        toy.bar(
          Vector(back - 0.1, side * 0.14, floor + 0.66), Vector(front + 0.45, side * 0.14, floor + 0.82), 0.035)
      }
      for step in 0..<6 {
        let share = Float(step) / 5
        let at = Vector(back + share * (long + 0.4), 0, floor + 0.66 + 0.13 * share)
        toy.bar(at - Vector(0, 0.14, 0), at + Vector(0, 0.14, 0), 0.025)
      }
    case .crane:
      toy.box(x: middle, z: floor, length: long * 0.55, width: width * 0.9, height: 0.4, front: 0.7)
      let foot = Vector(middle - 0.1, 0, floor + 0.4)
      toy.bar(foot, foot + Vector(1.25, 0, 0.55), 0.09, 0.05)
      toy.bar(foot + Vector(1.22, 0, 0.5), foot + Vector(1.22, 0, 0.12), 0.02)
    case .mixer:
      let low = Vector(front - 0.15, 0, floor + 0.42)
      let high = Vector(back + 0.1, 0, floor + 0.62)
      let belly = low + (high - low) * 0.35
      toy.bar(belly, low, 0.38, 0.26)
      toy.bar(belly, high, 0.38, 0.16)
    case .rails:
      toy.box(x: middle, z: floor, length: long, width: width, height: 0.28)
      // The tarpaulin.
      toy.bar(Vector(back, 0, floor + 0.3), Vector(front, 0, floor + 0.3), width * 0.48)
    }
  }
}
