import Attacks
import Tensors
import Testing

struct LInfinityTests {
  let norm = LInfinity()

  @Test("sign(0) = 0, sign(NaN) = 0, and infinities have a sign")
  func normalises() {
    let gradient = Tensor([3, -0.001, 0, -0.0, .nan, .infinity, -.infinity] as [Float], shape: [1, 7])
    #expect(norm.direction(of: gradient).scalars == [1, -1, 0, 0, 0, 1, -1])
  }

  @Test("Projection is the clip to the ball and the box")
  func projects() {
    let originals = Tensor([0.5, 0.5, 0.5, 0.1, 0.95] as [Float], shape: [1, 5])
    let far = Tensor([0.9, 0.1, 0.55, -1, 2] as [Float], shape: [1, 5])
    #expect(norm.project(far, around: originals, budget: 0.25).scalars == [0.75, 0.25, 0.55, 0, 1])
  }

  @Test("Projecting twice is projecting once, and a point inside stays")
  func isProjection() {
    let originals = noise(3, [1, 4, 4], seed: 1)
    let far = noise(3, [1, 4, 4], seed: 2, low: -1, high: 2)
    for budget: Float in [1 / 255, 8 / 255, 0.3, 1] {
      let once = norm.project(far, around: originals, budget: budget)
      #expect(norm.project(once, around: originals, budget: budget) == once)
    }
  }

  @Test("A budget of 0 gives the originals bit for bit")
  func zeroBudget() {
    let originals = Tensor([-0.0, 0.1, 1] as [Float], shape: [1, 3])
    let projected = norm.project(Tensor([1, 1, 0] as [Float], shape: [1, 3]), around: originals, budget: 0)
    #expect(projected.scalars.map(\.bitPattern) == originals.scalars.map(\.bitPattern))
  }

  @Test("Random starts fill the ball")
  func starts() {
    let originals = Tensor(repeating: 0.5, shape: [2, 1, 30, 30])
    let started = norm.start(
      around: originals, budget: 0.1, streams: [RandomStream(seed: 1, 7), RandomStream(seed: 1, 8)])
    let offsets = started.scalars.map { $0 - 0.5 }
    #expect(offsets.allSatisfy { abs($0) <= 0.1 })
    #expect(offsets.max()! > 0.099 && offsets.min()! < -0.099)
    #expect(abs(offsets.reduce(0, +) / 1800) < 0.005)
    #expect(started.rows(0..<1) != started.rows(1..<2))
  }

  @Test func distances() {
    let a = Tensor([0, 0.5, 1, 0.25] as [Float], shape: [2, 2])
    let b = Tensor([0.125, 0.25, 1, 0.5] as [Float], shape: [2, 2])
    #expect(norm.distances(of: a, from: b) == [0.25, 0.25])
  }
}
