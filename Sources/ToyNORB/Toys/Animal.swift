/// A four-legged animal.
struct Animal {
  var bodyLength: Float = 1.3
  var bodyHeight: Float = 0.5
  var bodyWidth: Float = 0.42
  var legLength: Float = 0.6
  var legThickness: Float = 0.08
  /// How far the front legs stand forward and the hind legs back, in degrees: a stride.
  var stride: Float = 6
  var neckLength: Float = 0.4
  /// The neck's angle above the horizontal, in degrees.
  var neckAngle: Float = 40
  var neckThickness: Float = 0.15
  var headSize: Float = 0.18
  var snoutLength: Float = 0.25
  var snoutThickness: Float = 0.1
  var earLength: Float = 0.12
  var earWidth: Float = 0.05
  var tailLength: Float = 0.5
  var tailAngle: Float = -50
  var tailThickness: Float = 0.035
  var extra = Extra.none

  enum Extra { case none, mane, trunk, humps, horns, antlers, plates }

  static let instances: [Animal] = [
    // cow
    Animal(
      bodyLength: 1.5, bodyHeight: 0.62, bodyWidth: 0.55, legLength: 0.5, neckLength: 0.35, neckAngle: 25,
      snoutLength: 0.3, snoutThickness: 0.13, tailAngle: -80, extra: .horns),
    // lion
    Animal(
      bodyLength: 1.35, bodyHeight: 0.45, bodyWidth: 0.38, legLength: 0.5, stride: 16, neckLength: 0.25, neckAngle: 35,
      headSize: 0.2, snoutLength: 0.16, tailLength: 0.8, tailAngle: -15, extra: .mane),
    // horse
    Animal(
      bodyLength: 1.3, bodyHeight: 0.48, bodyWidth: 0.38, legLength: 0.85, legThickness: 0.065, stride: 14,
      neckLength: 0.6, neckAngle: 55, neckThickness: 0.14, headSize: 0.15, snoutLength: 0.38, tailLength: 0.6,
      tailAngle: -65, tailThickness: 0.06),
    // elephant
    Animal(
      bodyLength: 1.4, bodyHeight: 0.8, bodyWidth: 0.7, legLength: 0.55, legThickness: 0.15, stride: 4,
      neckLength: 0.25, neckAngle: 20, neckThickness: 0.25, headSize: 0.3, snoutLength: 0.15, snoutThickness: 0.12,
      earLength: 0.3, earWidth: 0.26, tailLength: 0.4, extra: .trunk),
    // pig
    Animal(
      bodyLength: 1.35, bodyHeight: 0.62, bodyWidth: 0.58, legLength: 0.28, legThickness: 0.085, neckLength: 0.2,
      neckAngle: 10, neckThickness: 0.24, headSize: 0.24, snoutLength: 0.28, snoutThickness: 0.12, earLength: 0.14,
      earWidth: 0.09, tailLength: 0.2, tailAngle: 40),
    // giraffe
    Animal(
      bodyLength: 1.0, bodyHeight: 0.45, bodyWidth: 0.38, legLength: 0.95, legThickness: 0.06, neckLength: 1.15,
      neckAngle: 68, neckThickness: 0.12, headSize: 0.13, snoutLength: 0.25, snoutThickness: 0.08, tailLength: 0.4,
      tailAngle: -75),
    // bear
    Animal(
      bodyLength: 1.25, bodyHeight: 0.65, bodyWidth: 0.6, legLength: 0.42, legThickness: 0.13, stride: 12,
      neckLength: 0.25, neckAngle: 15, neckThickness: 0.24, headSize: 0.24, snoutLength: 0.2, snoutThickness: 0.11,
      earLength: 0.1, earWidth: 0.07, tailLength: 0.08),
    // camel
    Animal(
      bodyLength: 1.25, bodyHeight: 0.5, bodyWidth: 0.42, legLength: 0.85, legThickness: 0.075, stride: 8,
      neckLength: 0.75, neckAngle: 45, neckThickness: 0.12, headSize: 0.15, snoutLength: 0.28, tailLength: 0.4,
      tailAngle: -75, extra: .humps),
    // deer
    Animal(
      bodyLength: 1.15, bodyHeight: 0.42, bodyWidth: 0.34, legLength: 0.8, legThickness: 0.05, stride: 20,
      neckLength: 0.5, neckAngle: 60, neckThickness: 0.11, headSize: 0.14, snoutLength: 0.25, snoutThickness: 0.08,
      tailLength: 0.12, tailAngle: 10, extra: .antlers),
    // stegosaurus
    Animal(
      bodyLength: 1.5, bodyHeight: 0.6, bodyWidth: 0.5, legLength: 0.38, legThickness: 0.11, stride: 10,
      neckLength: 0.4, neckAngle: -5, neckThickness: 0.15, headSize: 0.16, snoutLength: 0.18, earLength: 0,
      tailLength: 0.9, tailAngle: -12, tailThickness: 0.14, extra: .plates),
  ]

  var toy: Toy {
    var toy = Toy()
    let middle = Vector(0, 0, legLength + bodyHeight * 0.4)
    toy.ball(middle, radii: Vector(bodyLength / 2, bodyWidth / 2, bodyHeight / 2))
    // Shoulders and haunches.
    for x in [bodyLength * 0.26, -bodyLength * 0.28] {
      toy.ball(middle + Vector(x, 0, 0.02), radii: Vector(bodyLength * 0.22, bodyWidth * 0.52, bodyHeight * 0.5))
    }
    let reach = sineAndCosine(degrees: stride).sine * legLength
    for side: Float in [-1, 1] {
      for x in [bodyLength * 0.3, -bodyLength * 0.32] {
        let y = side * bodyWidth * 0.32
        let step = (x > 0 ? side : -side) * reach
        let hip = Vector(x, y, middle.z)
        let knee = Vector(x + step * 0.6, y, legLength * 0.5)
        let foot = Vector(x + step, y, legThickness)
        toy.limb(hip, knee, legThickness * 1.7, legThickness)
        toy.limb(knee, foot, legThickness, legThickness * 0.85)
      }
    }
    let withers = middle + Vector(bodyLength * 0.4, 0, bodyHeight * 0.22)
    let head = withers + Vector(neckLength, 0, 0).pitched(by: neckAngle)
    toy.limb(withers, head, neckThickness * 1.35, neckThickness)
    toy.ball(head, radii: Vector(headSize * 1.2, headSize * 0.9, headSize))
    let nose = head + Vector(headSize * 0.7 + snoutLength, 0, 0).pitched(by: -25)
    toy.limb(head, nose, snoutThickness * 1.3, snoutThickness)
    for side: Float in [-1, 1] where earLength > 0 {
      let ear = head + Vector(-headSize * 0.3, side * (headSize * 0.7 + earWidth * 0.5), headSize * 0.7)
      toy.ball(ear, radii: Vector(0.04, earWidth, earLength), pitch: 15)
    }
    let rump = middle + Vector(-bodyLength * 0.46, 0, bodyHeight * 0.2)
    toy.limb(rump, rump - Vector(tailLength, 0, 0).pitched(by: -tailAngle), tailThickness, tailThickness * 0.6)
    add(to: &toy, middle: middle, head: head, nose: nose)
    return toy
  }

  private func add(to toy: inout Toy, middle: Vector, head: Vector, nose: Vector) {
    switch extra {
    case .none: break
    case .mane: toy.ball(head - Vector(headSize * 0.6, 0, 0.02), radii: Vector(0.22, 0.3, 0.34), pitch: -20)
    case .trunk:
      let knee = nose + Vector(0.08, 0, -0.35)
      toy.limb(nose, knee, snoutThickness * 0.9, snoutThickness * 0.65)
      toy.limb(knee, knee + Vector(0.16, 0, -0.28), snoutThickness * 0.65, snoutThickness * 0.45)
      for side: Float in [-1, 1] {
        toy.limb(
          nose + Vector(-0.05, side * 0.12, -0.06), nose + Vector(0.3, side * 0.16, -0.12), 0.04, 0.02)
      }
    case .humps:
      for x: Float in [-0.22, 0.2] {
        toy.ball(middle + Vector(x, 0, bodyHeight * 0.5), radii: Vector(0.17, 0.14, 0.24))
      }
    case .horns:
      for side: Float in [-1, 1] {
        let root = head + Vector(0, side * headSize * 0.6, headSize * 0.7)
        toy.limb(root, root + Vector(0.06, side * 0.16, 0.14), 0.035, 0.015)
      }
    case .antlers:
      for side: Float in [-1, 1] {
        let root = head + Vector(0, side * 0.06, headSize * 0.8)
        let fork = root + Vector(-0.08, side * 0.14, 0.2)
        toy.limb(root, fork, 0.03, 0.025)
        toy.limb(fork, fork + Vector(-0.08, side * 0.08, 0.22), 0.025, 0.015)
        toy.limb(fork, fork + Vector(0.16, side * 0.05, 0.12), 0.025, 0.015)
      }
    case .plates:
      for (index, x) in [Float](arrayLiteral: -0.6, -0.3, 0, 0.3, 0.55).enumerated() {
        let size = 0.34 - 0.09 * abs(Float(index) - 2)
        toy.blade(
          root: middle + Vector(x, 0, bodyHeight * 0.3), span: Vector(0, 0, size + 0.1), chord: 0.26, tip: 0.3,
          sweep: 0.04, thickness: 0.06)
      }
    }
  }
}
