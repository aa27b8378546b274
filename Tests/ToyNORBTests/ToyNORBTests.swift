import Datasets
import Diagnostics
import Files
import Foundation
import TestSupport
import Testing
import ToyNORB

/// Rays against solids whose surfaces are known, and the pictures that come of it.
@Suite struct ToyNORBTests {
  private func hit(_ solid: Solid, from origin: Vector, _ direction: Vector) -> (t: Float, normal: Vector)? {
    solid.entry(of: Ray(origin: origin, direction: direction))
  }

  private func direction(_ v: Vector) -> Vector { v / (v.x * v.x + v.y * v.y + v.z * v.z).squareRoot() }

  private func expectNear(_ a: Vector, _ b: Vector, _ location: SourceLocation = #_sourceLocation) {
    for axis in 0..<3 { #expect(abs(a[axis] - b[axis]) < 1e-5, "\(a) and \(b)", sourceLocation: location) }
  }

  @Test("Sine and cosine of whole degrees are those of the system's library")
  func trigonometry() {
    for degrees in -720...720 {
      let (sine, cosine) = sineAndCosine(degrees: Float(degrees))
      let angle = Double(degrees) * .pi / 180
      #expect(abs(Double(sine) - sin(angle)) < 6e-8 && abs(Double(cosine) - cos(angle)) < 6e-8, "\(degrees)°")
    }
    #expect(sineAndCosine(degrees: 90) == (1, 0) && sineAndCosine(degrees: 180).cosine == -1)
  }

  @Test("A ray meets an ellipsoid where its equation says")
  func ellipsoid() throws {
    let solid = Solid(
      .ball, origin: Vector(1, 2, 3), axes: (Vector(2, 0, 0), Vector(0, 3, 0), Vector(0, 0, 0.5)))
    let front = try #require(hit(solid, from: Vector(11, 2, 3), Vector(-1, 0, 0)))
    #expect(abs(front.t - 8) < 1e-5)
    expectNear(direction(front.normal), Vector(1, 0, 0))
    // At x = 1 + 2·0.6, z = 3 + 0.5·0.8; the gradient of (x/2)² + (z/0.5)² is along (0.6/2, 0, 0.8/0.5).
    let slanted = try #require(hit(solid, from: Vector(2.2, 2, 9), Vector(0, 0, -1)))
    #expect(abs(slanted.t - 5.6) < 1e-5)
    expectNear(direction(slanted.normal), direction(Vector(0.3, 0, 1.6)))
    #expect(hit(solid, from: Vector(3.1, 2, 9), Vector(0, 0, -1)) == nil)
    #expect(hit(solid, from: Vector(1, 2, 0), Vector(0, 0, -1)) == nil, "behind the ray")
  }

  @Test("A ray meets a cone's side, its base, and not its mirror image beyond the tip")
  func cone() throws {
    let solid = Solid(
      .frustum(top: 0), origin: .zero, axes: (Vector(1, 0, 0), Vector(0, 1, 0), Vector(0, 0, 2)))
    // Halfway up, the radius is ½.
    let side = try #require(hit(solid, from: Vector(5, 0, 1), Vector(-1, 0, 0)))
    #expect(abs(side.t - 4.5) < 1e-5)
    expectNear(direction(side.normal), direction(Vector(2, 0, 1)))
    let base = try #require(hit(solid, from: Vector(0.5, 0, -3), Vector(0, 0, 1)))
    #expect(abs(base.t - 3) < 1e-5)
    expectNear(direction(base.normal), Vector(0, 0, -1))
    #expect(hit(solid, from: Vector(5, 0, 2.5), Vector(-1, 0, 0)) == nil)
  }

  @Test("A ray meets a cylinder's top before its side when it comes from above")
  func cylinder() throws {
    let solid = Solid(
      .frustum(top: 1), origin: .zero, axes: (Vector(1, 0, 0), Vector(0, 1, 0), Vector(0, 0, 1)))
    let top = try #require(hit(solid, from: Vector(-0.5, 0, 2), direction(Vector(1, 0, -1))))
    #expect(abs(top.t - Float(2).squareRoot()) < 1e-5)
    expectNear(direction(top.normal), Vector(0, 0, 1))
  }

  @Test("A ray meets the sloping face of a tapered box")
  func taperedBox() throws {
    // A cabin 4 long and 2 wide; its windscreen leans from x = 2 at the bottom to x = 1 at the top, 1 high.
    let solid = Solid(
      .taperedBox(back: -1, front: 0.5, side: 1), origin: .zero,
      axes: (Vector(2, 0, 0), Vector(0, 1, 0), Vector(0, 0, 1)))
    let screen = try #require(hit(solid, from: Vector(9, 0, 0.5), Vector(-1, 0, 0)))
    #expect(abs(screen.t - 7.5) < 1e-5)
    expectNear(direction(screen.normal), direction(Vector(1, 0, 1)))
    #expect(hit(solid, from: Vector(1.5, 0, 9), Vector(0, 0, -1))?.t == 8.5)
    #expect(hit(solid, from: Vector(2.1, 0, 9), Vector(0, 0, -1)) == nil)
    expectNear(solid.low, Vector(-2, -1, 0))
    expectNear(solid.high, Vector(2, 1, 1))
  }

  @Test("What a camera sees of a ball lies in the window that is searched", arguments: [0, 40, 100, 260], [30, 70])
  func windows(azimuth: Int, elevation: Int) {
    let camera = ToyCamera(
      center: .zero, radius: 1, elevation: Float(elevation), azimuth: Float(azimuth), eye: azimuth / 20 % 2, samples: 96
    )
    for center in [Vector(0, 0, 0), Vector(0.8, 0.5, 0.1), Vector(-0.9, 0, -0.3), Vector(0.1, -0.9, 0.4)] {
      let solid = Solid(
        .ball, origin: center, axes: (Vector(0.3, 0, 0), Vector(0, 0.3, 0), Vector(0, 0, 0.3)))
      let (rows, columns) = camera.window(center: solid.center, radius: solid.radius)
      var seen = 0
      for row in 0..<96 {
        for column in 0..<96 where solid.entry(of: camera.ray(row: row, column: column)) != nil {
          seen += 1
          #expect(rows.contains(row) && columns.contains(column), "row \(row), column \(column)")
        }
      }
      // Of a picture where a radius of 1 takes 35.5 pixels, π · (0.3 · 35.5)² = 356, more or less by perspective.
      #expect((250...480).contains(seen), "\(seen)")
    }
  }

  @Test("The splits hold every pair of class and viewpoint once, and the toys of smallNORB's splits")
  func order() {
    for (split, instances) in [(Dataset.Split.train, Set([4, 6, 7, 8, 9])), (.test, Set([0, 1, 2, 3, 5]))] {
      let order = ToyNORB.order(of: split)
      #expect(order.count == 24_300)
      #expect(Set(order.map { [$0.label, $0.viewpoint.hashValue] }).count == 24_300)
      #expect(Set(order.map(\.viewpoint.instance)) == instances)
      #expect(order.prefix(7).map(\.label) == [0, 1, 2, 3, 4, 0, 1])
      // The first hundred of a class are not of one toy, nor in one order with another class.
      #expect(Set(order.prefix(500).filter { $0.label == 3 }.map(\.viewpoint.instance)) == instances)
      #expect(order[0].viewpoint != order[1].viewpoint || order[5].viewpoint != order[6].viewpoint)
    }
  }

  @Test(
    "A version renders the same bytes on every machine",
    arguments: zip(
      0..<5, ["d9f2a09123ef71ed", "ad518ba8f057fa5f", "1edf65e868b3fdb8", "584e877fa92e59b3", "dba48f3b250ab1cd"]))
  func bytes(label: Int, sha256: String) {
    let pictures = ToyNORB.pictures(
      of: .init(label: label, instance: 2 * label, elevation: 2 * label, azimuth: 4 * label + 6))
    #expect(pictures.count == 6 * 2 * 96 * 96)
    #expect(Checksum.sha256(of: Data(pictures)).prefix(16) == sha256)
  }

  @Test("What was killed while it was written counts as not there, and is not an error")
  func incomplete() throws {
    let folder = try TemporaryFolder()
    try folder.write(Data([1]), to: "toynorb-5x01235x9x18x6x2x96x96-testing-cat.mat.zst")
    let catalog = DatasetCatalog(data: folder.path, environment: ["ROBUST_CACHE": folder("cache")], system: [])
    #expect(try !catalog.contains("toynorb", .test))
    try folder.write(Data([1]), to: "smallnorb-5x01235x9x18x6x2x96x96-testing-cat.mat")
    #expect(throws: InputError.self) { try catalog.contains("smallnorb", .test) }
  }

  @Test("The two eyes and the six lightings see different pictures")
  func differences() {
    let pictures = ToyNORB.pictures(of: .init(label: 4, instance: 0, elevation: 4, azimuth: 10))
    let images = (0..<12).map { Array(pictures[$0 * 9216..<($0 + 1) * 9216]) }
    #expect(Set(images).count == 12)
  }
}
