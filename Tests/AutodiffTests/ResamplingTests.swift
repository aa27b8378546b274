import Autodiff
import Tensors
import TestSupport
import Testing

/// Resized images against those of Pillow 13.0.0: `Image.fromarray(x, mode="F").resize((columns, rows), BILINEAR)`.
@Suite struct ResamplingTests {
  /// (7 r² + 3 c² + 5 r c + 2 r + c mod 17) / 16 in row r, column c.
  static let image = Tensor(
    (0..<35).map { index in
      let (r, c) = (index / 7, index % 7)
      let sum: Int = 7 * r * r + 3 * c * c + 5 * r * c
      return Float((sum + 2 * r + c) % 17) / 16
    }, shape: [1, 1, 5, 7])

  struct Case: Sendable {
    let rows: Int
    let columns: Int
    let pillow: [Double]
  }

  static let cases = [
    Case(
      rows: 3, columns: 4,
      pillow: [
        0.243197, 0.669286, 0.502143, 0.564201, 0.590608, 0.671111, 0.478611, 0.291005, 0.210459, 0.420714, 0.627857,
        0.516582,
      ]),
    Case(
      rows: 8, columns: 9,
      pillow: [
        0.0, 0.166667, 0.527778, 0.861111, 0.8125, 0.229167, 0.444444, 0.75, 0.75, 0.246094, 0.19401, 0.50651,
        0.842882, 0.539062, 0.423611, 0.590278, 0.640625, 0.421875, 0.585938, 0.265625, 0.501302, 0.819878, 0.203125,
        0.652778, 0.757378, 0.494792, 0.007812, 0.820312, 0.630208, 0.722656, 0.824219, 0.359375, 0.444444, 0.553385,
        0.442708, 0.085938, 0.664062, 0.604167, 0.700955, 0.769965, 0.457031, 0.435764, 0.438368, 0.332031, 0.105469,
        0.117188, 0.1875, 0.436198, 0.657118, 0.496094, 0.626736, 0.412326, 0.16276, 0.066406, 0.0625, 0.263021,
        0.398003, 0.438802, 0.429688, 0.71224, 0.612847, 0.485677, 0.519531, 0.0625, 0.354167, 0.388889, 0.277778,
        0.375, 0.763889, 0.770833, 0.75, 0.875,
      ]),
    Case(
      rows: 2, columns: 7,
      pillow: [
        0.446023, 0.284091, 0.931818, 0.457386, 0.454545, 0.681818, 0.269886, 0.284091, 0.409091, 0.619318, 0.431818,
        0.667614, 0.457386, 0.332386,
      ]),
  ]

  @Test(arguments: cases)
  func asPillow(_ wanted: Case) {
    let graph = Graph()
    let resized = graph.constant(Self.image).resized(rows: wanted.rows, columns: wanted.columns).value
    #expect(resized.shape == [1, 1, wanted.rows, wanted.columns])
    for (value, pillow) in zip(resized.scalars, wanted.pillow) { #expect(abs(Double(value) - pillow) < 2e-6) }
  }

  /// Each image and channel on its own, and grey stays grey.
  @Test func planes() {
    let images = Tensor.normal([2, 3, 6, 5], seed: 4)
    let graph = Graph()
    let all = graph.constant(images).resized(rows: 9, columns: 3).value
    let second = graph.constant(images.rows(1..<2)).resized(rows: 9, columns: 3).value
    #expect(all.rows(1..<2).scalars == second.scalars)
    let grey = graph.constant(Tensor(repeating: 0.25, shape: [1, 1, 7, 3])).resized(rows: 5, columns: 11).value
    #expect(grey.scalars.allSatisfy { abs($0 - 0.25) < 1e-6 })
  }
}
