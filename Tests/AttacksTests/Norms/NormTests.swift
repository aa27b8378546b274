import Attacks
import Diagnostics
import Files
import Foundation
import Tensors
import TestSupport
import Testing

/// What every norm promises, whichever it is.
struct NormTests {
  private static let shape: Shape = [2, 5, 4]

  private static func budgets(_ norm: any Norm) -> [Float] {
    [0.05, 0.7, 1, 3, 20].filter { norm.problem(ofBudget: Double($0)) == nil && $0 <= norm.diameter(of: shape) }
  }

  @Test("Distances are those of the definitions")
  func distances() {
    let a = Tensor([0, 0.5, 1, 0.25, 0.5, 0.5, 0, 1] as [Float], shape: [1, 2, 2, 2])
    let b = Tensor([0.5, 0.5, 1, 0, 0.5, 0.5, 0, 0] as [Float], shape: [1, 2, 2, 2])
    let expected: [String: Float] = [
      // The first pixel differs in one channel, the last in both.
      "linf": 1, "l2": (0.25 + 0.0625 + 1).squareRoot(), "l1": 1.75, "l0": 2,
    ]
    for norm in NormCatalog.all { #expect(norm.distances(of: a, from: b) == [expected[norm.name]!], "\(norm.name)") }
    let all = NormDistances.all(of: a, from: b)[0]
    #expect(all["l1"] == 1.75 && all[L0()] == 2 && all["l7"] == nil)
  }

  @Test("A direction has unit length, and climbs as fast as any of that length", arguments: NormCatalog.all.indices)
  func directions(index: Int) {
    let norm = NormCatalog.all[index]
    let gradient = noise(3, Self.shape, seed: 3, low: -1, high: 1)
    let direction = norm.direction(of: gradient)
    let zero = Tensor(shape: gradient.shape)
    func slope(_ d: [Float], _ g: [Float]) -> Float { zip(d, g).reduce(0) { $0 + $1.0 * $1.1 } }
    for row in 0..<3 {
      let (d, g) = (direction.rows(row..<row + 1), gradient.rows(row..<row + 1).scalars)
      // L0 has no length of that kind: there the largest element is 1.
      let measured = norm.isHomogeneous ? norm : LInfinity()
      #expect(abs(measured.distances(of: d, from: zero.rows(0..<1))[0] - 1) < 1e-5)
      // Hölder: the best slope of unit length is the dual norm. L1 steps spread over the largest twentieth.
      let sizes = g.map(abs).sorted(by: >)
      let best: [String: Float] = [
        "linf": sizes.reduce(0, +), "l2": sizes.reduce(0) { $0 + $1 * $1 }.squareRoot(),
        "l1": sizes.prefix(2).reduce(0, +) / 2, "l0": slope(g.map { $0 / sizes[0] }, g),
      ]
      #expect(abs(slope(d.scalars, g) - best[norm.name]!) < 1e-4)
    }
  }

  @Test(
    "NaN counts as 0, infinities alone count, and no gradient gives no direction", arguments: NormCatalog.all.indices)
  func oddGradients(index: Int) {
    let norm = NormCatalog.all[index]
    let odd = Tensor([.nan, 0, 3, -1] as [Float], shape: [1, 1, 2, 2])
    #expect(norm.direction(of: odd).scalars.allSatisfy { $0.isFinite })
    #expect(norm.direction(of: odd).scalars[0] == 0)
    #expect(norm.direction(of: Tensor(shape: [2, 1, 2, 2])).scalars.allSatisfy { $0 == 0 })
    let infinite = norm.direction(of: Tensor([.infinity, 1, 0, -.infinity] as [Float], shape: [1, 1, 2, 2])).scalars
    #expect(infinite.allSatisfy(\.isFinite) && infinite[0] > 0)
  }

  @Test(
    "Random starts and extreme points lie in the ball and the box, are keyed by their stream, and spread",
    arguments: NormCatalog.all.indices)
  func starts(index: Int) {
    let norm = NormCatalog.all[index]
    let images = noise(40, Self.shape, seed: 5)
    for budget in Self.budgets(norm) {
      let streams = (0..<40).map { RandomStream(seed: 9, UInt64($0)) }
      let started = norm.start(around: images, budget: budget, streams: streams)
      let limit = budget + norm.slack(at: budget, of: Self.shape)
      let distances = norm.distances(of: started, from: images)
      #expect(distances.allSatisfy { $0 <= limit } && started.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(Set(started.scalars).count > 20 && distances.max()! > 0.5 * min(budget, 1))
      #expect(norm.start(around: images.rows(7..<8), budget: budget, streams: [streams[7]]) == started.rows(7..<8))
      for row in 0..<40 {
        var stream = streams[row]
        let image = images.rows(row..<row + 1)
        let extreme = norm.extreme(around: image, budget: budget, using: &stream)
        #expect(norm.distances(of: extreme, from: image)[0] <= limit)
        #expect(extreme.scalars.allSatisfy { $0 >= 0 && $0 <= 1 })
        // The stream has moved on.
        #expect(norm.extreme(around: image, budget: budget, using: &stream) != extreme || budget < 0.01)
      }
    }
  }

  @Test("No two images are farther apart than the diameter, and two are as far", arguments: NormCatalog.all.indices)
  func diameters(index: Int) {
    let norm = NormCatalog.all[index]
    let (black, white) = (Tensor(shape: Self.shape.batched(1)), Tensor(repeating: 1, shape: Self.shape.batched(1)))
    #expect(abs(norm.distances(of: white, from: black)[0] - norm.diameter(of: Self.shape)) < 1e-4)
  }

  /// A tiny ball in a large image is all rounding: no projection may be farther out than that explains.
  @Test(
    "Projections are inside the stated slack, however small the ball and large the image",
    arguments: NormCatalog.all.indices)
  func slack(index: Int) {
    let norm = NormCatalog.all[index]
    let shape: Shape = [3, 90, 90]
    let original = noise(2, shape, seed: 5, low: 0.4)
    let far = noise(2, shape, seed: 6, low: -1, high: 2)
    for budget: Float in [1e-6, 1e-4, 0.01, 1, 30]
    where norm.problem(ofBudget: Double(budget)) == nil
      && budget <= norm.diameter(of: shape)
    {
      let streams = (0..<2).map { RandomStream(seed: 7, UInt64($0)) }
      for image in [
        norm.project(far, around: original, budget: budget),
        norm.start(around: original, budget: budget, streams: streams),
      ] {
        let limit = budget + norm.slack(at: budget, of: shape)
        #expect(norm.distances(of: image, from: original).allSatisfy { $0 <= limit }, "\(norm.title), ε = \(budget)")
      }
    }
  }

  @Test(arguments: [
    ("linf", "linf"), ("Linf", "linf"), ("L∞", "linf"), ("inf", "linf"), ("L2", "l2"), ("l-2", "l2"),
    ("euclidean", "l2"),
    ("L1", "l1"), ("L0", "l0"), ("0", "l0"),
  ])
  func names(written: String, name: String) throws {
    #expect(try NormCatalog.norm(named: written, .usage, "--norm").name == name)
  }

  @Test(arguments: ["", "l3", "lp", "cosine"])
  func unknownNames(written: String) {
    let error = #expect(throws: InputError.self) { try NormCatalog.norm(named: written, .usage, "--norm") }
    #expect(error?.kind == .usage && error?.remedy.contains("linf, l2, l1, l0") == true)
  }

  @Test(
    arguments: [
      ("2.5", "l2", [2.5]), ("0:5:11", "l2", [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]),
      ("128/255,1", "l2", [128 / 255, 1]),
      ("12", "l1", [12]), ("0:100:3", "l0", [0, 50, 100]), ("1,5", "l0", [1, 5]),
    ] as [(String, String, [Float])])
  func budgets(text: String, norm: String, values: [Float]) throws {
    #expect(try BudgetList(parsing: text, norm: NormCatalog.norm(named: norm, .usage, "")).values == values)
  }

  @Test(arguments: [
    ("1.5", "linf"), ("2", "linf"), ("0.5", "l0"), ("0:5:3", "l0"), ("-1", "l2"), ("inf", "l1"), ("x", "l2"),
  ])
  func noBudgets(text: String, norm: String) {
    let error = #expect(throws: InputError.self) {
      try BudgetList(parsing: text, norm: NormCatalog.norm(named: norm, .usage, ""))
    }
    #expect(error?.kind == .usage && error?.subject.hasPrefix("budgets “") == true)
  }

  @Test("What options take by default is a list of budgets of the norm", arguments: NormCatalog.all.indices)
  func defaults(index: Int) throws {
    let norm = NormCatalog.all[index]
    #expect(try BudgetList(parsing: norm.defaultBudgets, norm: norm).all.count == 11)
  }
}
