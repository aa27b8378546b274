/// A passenger car.
struct Car {
  var length: Float = 2
  var width: Float = 0.82
  /// How high the sills are above the table.
  var clearance: Float = 0.12
  var bodyHeight: Float = 0.32
  /// How far the bonnet's and the boot's edges slope in, in shares of the half length.
  var noseSlope: Float = 0.06
  var tailSlope: Float = 0.04
  var wheelRadius: Float = 0.17
  /// Where the axles are, from the middle, in shares of the half length.
  var axles: (front: Float, rear: Float) = (0.62, 0.6)
  /// Where the cabin begins and ends, in shares of the half length; its height; where its roof begins and ends.
  var cabin: (back: Float, front: Float) = (-0.62, 0.35)
  var cabinHeight: Float = 0.3
  var roof: (back: Float, front: Float) = (-0.35, 0.1)
  var extra = Extra.none

  enum Extra { case none, round, open, wing, formula, rack, spareWheel }

  static let instances: [Car] = [
    // a saloon
    Car(),
    // an estate
    Car(cabin: (-0.97, 0.38), roof: (-0.9, 0.12), extra: .rack),
    // a beetle
    Car(length: 1.7, width: 0.78, bodyHeight: 0.26, cabin: (-0.6, 0.4), extra: .round),
    // a sports car
    Car(
      length: 2, width: 0.88, clearance: 0.08, bodyHeight: 0.26, noseSlope: 0.2, cabin: (-0.75, 0.2), cabinHeight: 0.22,
      roof: (-0.35, -0.1), extra: .wing),
    // an off-roader
    Car(
      length: 1.75, width: 0.84, clearance: 0.22, bodyHeight: 0.36, noseSlope: 0, wheelRadius: 0.22,
      cabin: (-0.98, 0.3),
      cabinHeight: 0.36, roof: (-0.95, 0.2), extra: .spareWheel),
    // a small hatchback
    Car(
      length: 1.55, width: 0.76, bodyHeight: 0.33, noseSlope: 0.1, cabin: (-0.98, 0.45), cabinHeight: 0.33,
      roof: (-0.75, 0.1)),
    // a convertible
    Car(length: 1.9, bodyHeight: 0.34, noseSlope: 0.1, cabin: (-0.4, 0.3), cabinHeight: 0.22, extra: .open),
    // a racing car
    Car(length: 2.1, width: 0.9, clearance: 0.07, wheelRadius: 0.19, axles: (0.6, 0.68), extra: .formula),
    // a limousine
    Car(length: 2.5, bodyHeight: 0.33, cabin: (-0.68, 0.45), roof: (-0.5, 0.25)),
    // a coupé
    Car(
      length: 1.95, clearance: 0.1, bodyHeight: 0.3, noseSlope: 0.12, tailSlope: 0.1, cabin: (-0.9, 0.3),
      cabinHeight: 0.27, roof: (-0.3, 0)),
  ]

  var toy: Toy {
    var toy = Toy()
    let half = length / 2
    for x in [axles.front * half, -axles.rear * half] {
      toy.wheels(x: x, radius: wheelRadius, width: width + 0.02, thickness: 0.14)
    }
    if case .formula = extra {
      addFormula(to: &toy)
      return toy
    }
    let belt = clearance + bodyHeight
    toy.box(x: 0, z: clearance, length: length, width: width, height: bodyHeight * 0.6)
    toy.box(
      x: 0, z: clearance + bodyHeight * 0.6, length: length, width: width, height: bodyHeight * 0.4,
      back: -1 + tailSlope, front: 1 - noseSlope, side: 0.94)
    let (back, front) = (cabin.back * half, cabin.front * half)
    let (middle, long) = ((back + front) / 2, front - back)
    switch extra {
    case .round:
      toy.ball(Vector(middle - 0.05, 0, belt - 0.05), radii: Vector(long * 0.68, width * 0.44, cabinHeight + 0.1))
      toy.ball(Vector(half * 0.55, 0, belt - 0.06), radii: Vector(half * 0.48, width * 0.36, 0.15))
    case .open:
      toy.box(
        x: front - 0.04, z: belt, length: 0.12, width: width * 0.86, height: cabinHeight, back: -2, front: -1.4,
        side: 0.85)
      for (x, y) in [(back, Float(-0.18)), (back, 0.18), (middle, -0.18), (middle, 0.18)] {
        toy.box(x: x, y: y, z: belt - 0.05, length: 0.1, width: 0.24, height: 0.24)
      }
    default:
      toy.box(
        x: middle, z: belt, length: long, width: width * 0.9, height: cabinHeight,
        back: (roof.back * half - middle) * 2 / long, front: (roof.front * half - middle) * 2 / long, side: 0.8)
    }
    add(to: &toy, half: half, belt: belt)
    return toy
  }

  private func add(to toy: inout Toy, half: Float, belt: Float) {
    switch extra {
    case .wing:
      for side: Float in [-1, 1] {
        toy.bar(Vector(-half * 0.88, side * 0.28, belt - 0.02), Vector(-half * 0.92, side * 0.28, belt + 0.12), 0.03)
      }
      toy.box(x: -half * 0.92, z: belt + 0.11, length: 0.2, width: width * 0.95, height: 0.03)
    case .rack:
      for side: Float in [-1, 1] {
        toy.bar(
          Vector(-half * 0.8, side * 0.26, belt + cabinHeight + 0.04),
          Vector(half * 0.05, side * 0.26, belt + cabinHeight + 0.04), 0.03)
      }
    case .spareWheel:
      toy.bar(Vector(-half - 0.1, 0, belt), Vector(-half + 0.02, 0, belt), 0.19)
    case .none, .round, .open, .formula: break
    }
  }

  private func addFormula(to toy: inout Toy) {
    let half = length / 2
    toy.bar(Vector(-half * 0.75, 0, 0.2), Vector(half * 0.3, 0, 0.2), 0.15, 0.14)
    toy.bar(Vector(half * 0.25, 0, 0.2), Vector(half, 0, 0.14), 0.14, 0.05)
    toy.box(x: -half * 0.2, z: clearance, length: length * 0.45, width: width * 0.62, height: 0.18, front: 0.8)
    toy.ball(Vector(0.05, 0, 0.34), radius: 0.09)
    toy.ball(Vector(-0.3, 0, 0.34), radii: Vector(0.3, 0.1, 0.14))
    toy.box(x: half * 0.95, z: 0.08, length: 0.18, width: width * 0.95, height: 0.03)
    for side: Float in [-1, 1] {
      toy.box(x: -half * 0.92, y: side * width * 0.42, z: 0.25, length: 0.2, width: 0.03, height: 0.28)
      for x in [axles.front * half, -axles.rear * half] {
        toy.bar(Vector(x, 0, wheelRadius), Vector(x, side * width * 0.45, wheelRadius), 0.025)
      }
    }
    toy.box(x: -half * 0.92, z: 0.46, length: 0.2, width: width * 0.85, height: 0.03)
  }
}
