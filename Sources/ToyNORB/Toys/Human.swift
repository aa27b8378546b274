/// A standing figure, about 1.8 high.
struct Human {
  var build: Float = 1
  var legs: (left: Float, right: Float) = (6, -6)
  /// How far each knee is bent, in degrees.
  var knees: (left: Float, right: Float) = (4, 8)
  var straddle: Float = 6
  /// Each arm: how far forward it is raised, how far out to the side, how far the elbow is bent, in degrees.
  var leftArm: (forward: Float, out: Float, elbow: Float) = (10, 12, 15)
  var rightArm: (forward: Float, out: Float, elbow: Float) = (-5, 12, 15)
  var lean: Float = 0
  var extra = Extra.none

  enum Extra { case none, hat, rifle, skirt, backpack, helmet, ball, shield }

  static let instances: [Human] = [
    // a soldier with a rifle
    Human(legs: (12, -10), leftArm: (65, 10, 40), rightArm: (30, 15, 70), extra: .rifle),
    // arms up
    Human(build: 0.9, straddle: 12, leftArm: (150, 25, 10), rightArm: (150, 25, 20)),
    // a woman in a skirt
    Human(build: 0.82, legs: (4, -4), leftArm: (10, 25, 50), rightArm: (-10, 18, 20), extra: .skirt),
    // a runner
    Human(
      build: 0.95, legs: (50, -35), knees: (60, 45), leftArm: (-50, 10, 80), rightArm: (55, 10, 85), lean: 14),
    // a man with a hat, arms down
    Human(build: 1.1, legs: (2, -2), leftArm: (5, 10, 8), rightArm: (5, 10, 8), extra: .hat),
    // a footballer
    Human(
      build: 1, legs: (38, -14), knees: (20, 12), leftArm: (20, 45, 20), rightArm: (-30, 50, 25), lean: -6,
      extra: .ball),
    // a fireman, stout, with a helmet
    Human(build: 1.3, straddle: 14, leftArm: (40, 20, 60), rightArm: (60, 20, 30), extra: .helmet),
    // arms stretched out
    Human(build: 0.95, straddle: 3, leftArm: (0, 85, 0), rightArm: (0, 85, 0)),
    // a hiker, walking
    Human(
      build: 1.05, legs: (24, -20), knees: (12, 25), leftArm: (-20, 10, 25), rightArm: (35, 10, 40), lean: 8,
      extra: .backpack),
    // a knight
    Human(
      build: 1.15, legs: (16, -12), straddle: 10, leftArm: (50, 30, 70), rightArm: (110, 25, 20), extra: .shield),
  ]

  var toy: Toy {
    var toy = Toy()
    let thick = 0.075 * build
    let hip = Vector(0, 0, 0.92)
    // Legs, feet.
    for side: Float in [-1, 1] {
      let (angle, bend) = side < 0 ? (legs.left, knees.left) : (legs.right, knees.right)
      let top = hip + Vector(0, side * 0.1 * build, 0)
      let down = Vector(0, 0, -1).rolled(by: side * straddle)
      let knee = top + down.pitched(by: angle) * 0.43
      let foot = knee + down.pitched(by: angle - bend) * 0.43
      toy.limb(top, knee, thick * 1.35, thick)
      toy.limb(knee, foot, thick, thick * 0.7)
      toy.ball(foot + Vector(0.07, 0, -0.01), radii: Vector(0.14, 0.055 * build, 0.055))
    }
    // Trunk: pelvis, chest, head.
    let spine = Vector(0, 0, 1).pitched(by: -lean)
    let chest = hip + spine * 0.36
    let neck = hip + spine * 0.58
    toy.ball(hip, radii: Vector(0.12 * build, 0.17 * build, 0.13))
    toy.bar(hip, chest, 0.125 * build, 0.15 * build)
    toy.ball(chest, radii: Vector(0.14 * build, 0.22 * build, 0.2), pitch: -lean)
    toy.limb(neck - spine * 0.05, neck + spine * 0.06, 0.06)
    let head = neck + spine * 0.18
    toy.ball(head, radii: Vector(0.12, 0.1, 0.135))
    // Arms.
    var hands: [Vector] = []
    for side: Float in [-1, 1] {
      let arm = side < 0 ? leftArm : rightArm
      let shoulder = chest + spine * 0.13 + Vector(0, side * 0.22 * build, 0)
      let down = Vector(0, 0, -1).rolled(by: side * arm.out)
      let elbow = shoulder + down.pitched(by: arm.forward) * 0.29
      let hand = elbow + down.pitched(by: arm.forward + arm.elbow) * 0.28
      toy.limb(shoulder, elbow, thick * 0.85, thick * 0.7)
      toy.limb(elbow, hand, thick * 0.7, thick * 0.55)
      toy.ball(hand, radius: thick * 0.8)
      hands.append(hand)
    }
    // What keeps the figure upright.
    toy.bar(Vector(0, 0, 0), Vector(0, 0, 0.03), 0.32)
    add(to: &toy, hip: hip, chest: chest, head: head, hands: hands)
    return toy
  }

  private func add(to toy: inout Toy, hip: Vector, chest: Vector, head: Vector, hands: [Vector]) {
    switch extra {
    case .none: break
    case .hat:
      toy.bar(head + Vector(0, 0, 0.07), head + Vector(0, 0, 0.09), 0.21)
      toy.bar(head + Vector(0, 0, 0.09), head + Vector(0, 0, 0.22), 0.12, 0.1)
    case .rifle:
      let along = normalized(hands[0] - hands[1])
      toy.limb(hands[1] - along * 0.25, hands[0] + along * 0.35, 0.035, 0.022)
    case .skirt: toy.bar(hip + Vector(0, 0, -0.42), hip + Vector(0, 0, 0.1), 0.32, 0.13)
    case .backpack:
      toy.box(x: chest.x - 0.22, z: chest.z - 0.22, length: 0.2, width: 0.32, height: 0.44, front: 0.8, side: 0.8)
    case .helmet:
      toy.ball(head + Vector(0, 0, 0.05), radii: Vector(0.15, 0.14, 0.12))
      toy.bar(head + Vector(0, 0, 0.04), head + Vector(0, 0, 0.06), 0.19)
    case .ball: toy.ball(Vector(0.62, -0.12, 0.11), radius: 0.11)
    case .shield:
      toy.bar(hands[0] + Vector(0.04, -0.02, 0), hands[0] + Vector(0.08, -0.04, 0), 0.24)
      toy.limb(hands[1], hands[1] + Vector(0.22, 0, 0.5), 0.03, 0.015)
      toy.ball(head + Vector(0, 0, 0.02), radius: 0.145)
    }
  }
}
