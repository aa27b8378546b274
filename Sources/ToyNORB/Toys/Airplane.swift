/// An aircraft on its wheels.
struct Airplane {
  var length: Float = 2
  var radius: Float = 0.14
  /// How high the fuselage's axis is above the table.
  var height: Float = 0.42
  var noseLength: Float = 0.35
  var tailLength: Float = 0.7
  /// From tip to tip.
  var wingSpan: Float = 1.9
  var wingChord: Float = 0.42
  var wingTip: Float = 0.6
  var sweep: Float = 0.1
  /// Where the wing is attached: along the fuselage, and above its axis in radii.
  var wingX: Float = 0.05
  var wingZ: Float = -0.3
  var dihedral: Float = 4
  var isBiplane = false
  var tailSpan: Float = 0.7
  var finHeight: Float = 0.38
  /// Whether the tail's wings are on top of its fin.
  var hasHighTail = false
  var engines = Engines.none

  enum Engines {
    case none, propeller
    case underWings(Int)
    case rear, wingPropellers, intakes
  }

  static let instances: [Airplane] = [
    // an airliner
    Airplane(
      length: 2.2, radius: 0.15, wingSpan: 2.1, wingChord: 0.42, wingTip: 0.35, sweep: 0.5, engines: .underWings(1)),
    // a jet fighter
    Airplane(
      length: 2, radius: 0.13, noseLength: 0.6, tailLength: 0.3, wingSpan: 1.25, wingChord: 0.8, wingTip: 0.25,
      sweep: 0.6, wingX: -0.1, wingZ: 0, dihedral: 0, tailSpan: 0.7, finHeight: 0.42, engines: .intakes),
    // a high-winged sports plane
    Airplane(
      length: 1.6, radius: 0.15, noseLength: 0.25, tailLength: 0.8, wingSpan: 2.1, wingChord: 0.34, wingTip: 0.85,
      sweep: 0, wingX: 0.25, wingZ: 1, dihedral: 2, engines: .propeller),
    // a biplane
    Airplane(
      length: 1.45, radius: 0.14, noseLength: 0.2, tailLength: 0.7, wingSpan: 1.8, wingChord: 0.34, wingTip: 1,
      sweep: 0, wingX: 0.25, wingZ: -0.8, isBiplane: true, engines: .propeller),
    // a business jet
    Airplane(
      length: 1.9, radius: 0.13, noseLength: 0.4, wingSpan: 1.7, wingChord: 0.4, wingTip: 0.4, sweep: 0.35,
      wingX: -0.05,
      wingZ: -0.7, tailSpan: 0.75, finHeight: 0.42, hasHighTail: true, engines: .rear),
    // a low-winged fighter with a propeller
    Airplane(
      length: 1.7, radius: 0.14, noseLength: 0.28, tailLength: 0.8, wingSpan: 1.9, wingChord: 0.44, wingTip: 0.45,
      sweep: 0.06, wingX: 0.2, wingZ: -0.6, dihedral: 7, engines: .propeller),
    // a four-engined transport
    Airplane(
      length: 2, radius: 0.2, height: 0.46, noseLength: 0.3, wingSpan: 2.3, wingChord: 0.4, wingTip: 0.5, sweep: 0.15,
      wingZ: 0.9, dihedral: -2, tailSpan: 0.9, finHeight: 0.5, engines: .wingPropellers),
    // a delta
    Airplane(
      length: 1.9, radius: 0.12, noseLength: 0.7, tailLength: 0.25, wingSpan: 1.3, wingChord: 1.15, wingTip: 0.08,
      sweep: 1, wingX: -0.25, wingZ: -0.2, dihedral: 0, tailSpan: 0, finHeight: 0.45, engines: .intakes),
    // a glider
    Airplane(
      length: 1.5, radius: 0.1, height: 0.25, noseLength: 0.35, tailLength: 0.9, wingSpan: 2.6, wingChord: 0.24,
      wingTip: 0.5, sweep: 0.02, wingX: 0.15, wingZ: 0.6, tailSpan: 0.55, finHeight: 0.32, hasHighTail: true),
    // a jumbo
    Airplane(
      length: 2.3, radius: 0.19, height: 0.5, wingSpan: 2.2, wingChord: 0.52, wingTip: 0.3, sweep: 0.6, wingX: 0.1,
      wingZ: -0.5, tailSpan: 0.9, finHeight: 0.5, engines: .underWings(2)),
  ]

  var toy: Toy {
    var toy = Toy()
    let nose = length / 2 - noseLength
    let tail = -length / 2 + tailLength
    toy.bar(Vector(tail, 0, height), Vector(nose, 0, height), radius)
    toy.ball(Vector(nose, 0, height), radii: Vector(noseLength, radius, radius))
    toy.limb(
      Vector(tail, 0, height), Vector(-length / 2, 0, height + radius * 0.5), radius, radius * 0.35)
    // The cockpit.
    toy.ball(Vector(nose - 0.08, 0, height + radius * 0.75), radii: Vector(0.22, radius * 0.6, radius * 0.6))
    for level in isBiplane ? [wingZ, wingZ + 2.6] : [wingZ] { addWings(to: &toy, z: height + level * radius) }
    if isBiplane {
      for side: Float in [-1, 1] {
        let foot = Vector(wingX, side * wingSpan * 0.36, height + wingZ * radius)
        toy.bar(foot, foot + Vector(0, 0, 2.6 * radius), 0.025)
      }
    }
    let root = Vector(-length / 2 + 0.18, 0, height + radius * 0.4)
    toy.blade(
      root: root, span: Vector(0, 0, finHeight), chord: 0.34, tip: 0.55, sweep: 0.18, thickness: 0.05)
    for side: Float in [-1, 1] where tailSpan > 0 {
      toy.blade(
        root: hasHighTail ? root + Vector(-0.15, 0, finHeight * 0.92) : root,
        span: Vector(0, side * tailSpan / 2, 0.02), chord: 0.27, tip: 0.6, sweep: 0.1, thickness: 0.05)
    }
    addEngines(to: &toy)
    // Wheels: one in front, two behind.
    for (x, y) in [(length * 0.32, Float(0)), (-0.1, -0.2), (-0.1, 0.2)] {
      toy.bar(Vector(x, y, 0.06), Vector(x, y * 0.6, height - radius * 0.5), 0.025)
      toy.bar(Vector(x, y - 0.03, 0.06), Vector(x, y + 0.03, 0.06), 0.06)
    }
    return toy
  }

  /// The point of the wing's leading half at `share` of the half span.
  private func wing(_ side: Float, _ share: Float, z: Float) -> Vector {
    let lift = sineAndCosine(degrees: dihedral).sine * wingSpan / 2 * share
    return Vector(wingX - sweep * share, side * wingSpan / 2 * share, z + lift)
  }

  private func addWings(to toy: inout Toy, z: Float) {
    for side: Float in [-1, 1] {
      let root = Vector(wingX, 0, z)
      var span = wing(side, 1, z: z) - root
      span.x = 0
      toy.blade(root: root, span: span, chord: wingChord, tip: wingTip, sweep: sweep, thickness: 0.07)
    }
  }

  private func addEngines(to toy: inout Toy) {
    func propeller(_ hub: Vector, _ reach: Float) {
      toy.bar(hub, hub + Vector(0.1, 0, 0), 0.06, 0.02)
      toy.box(x: hub.x + 0.03, y: 0 + hub.y, z: hub.z - reach, length: 0.025, width: 0.07, height: 2 * reach)
      toy.box(x: hub.x + 0.03, y: 0 + hub.y, z: hub.z - 0.035, length: 0.025, width: 2 * reach, height: 0.07)
    }
    func pod(_ at: Vector, _ long: Float, _ thick: Float) {
      toy.bar(at - Vector(long / 2, 0, 0), at + Vector(long / 2, 0, 0), thick * 0.8, thick)
    }
    let z = height + wingZ * radius
    switch engines {
    case .none: break
    case .propeller: propeller(Vector(length / 2 - 0.02, 0, height), 0.26)
    case .underWings(let pairs):
      for side: Float in [-1, 1] {
        for pair in 0..<pairs {
          pod(wing(side, 0.36 + 0.3 * Float(pair), z: z) + Vector(0.16, 0, -0.11), 0.34, 0.085)
        }
      }
    case .rear:
      for side: Float in [-1, 1] {
        pod(Vector(-length / 2 + tailLength * 0.75, side * radius * 1.7, height + radius * 0.4), 0.4, 0.085)
      }
    case .wingPropellers:
      for side: Float in [-1, 1] {
        for share: Float in [0.3, 0.58] {
          let at = wing(side, share, z: z) + Vector(0.16, 0, -0.02)
          pod(at, 0.4, 0.07)
          propeller(at + Vector(0.18, 0, 0), 0.17)
        }
      }
    case .intakes:
      for side: Float in [-1, 1] {
        toy.box(
          x: 0.05, y: side * radius * 1.15, z: height - radius * 0.75, length: 0.9, width: radius, height: radius * 1.3)
      }
    }
  }
}
