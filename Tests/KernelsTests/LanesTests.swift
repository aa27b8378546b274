import Foundation
import Kernels
import Testing

/// The polynomial functions over lanes against the double-precision library.
struct LanesTests {
  @Test func exponentialIsAccurate() {
    for x in stride(from: Float(-87), through: 88, by: 0.037) {
      let value = Double(exponential(Lanes(x))[3])
      #expect(abs(value / exp(Double(x)) - 1) < 2e-7)
    }
    #expect(exponential(Lanes(-200))[0] == 0)
    #expect(exponential(Lanes(-1e30))[0] == 0)
  }

  @Test func logarithmIsAccurate() {
    for exponent in stride(from: -30.0, through: 30, by: 0.013) {
      let x = Float(pow(10, exponent))
      let exact = log(Double(x))
      #expect(abs(Double(logarithm(Lanes(x))[5]) - exact) < 1e-7 * max(1, abs(exact)))
    }
  }

  @Test func logLogisticDoesNotOverflow() {
    for x in [Float(-1000), -90, -20, -1, 0, 1, 20, 90, 1000] {
      let exact = x < -30 ? Double(x) : -log1p(exp(-Double(x)))
      #expect(abs(Double(logLogistic(Lanes(x))[0]) - exact) < 2e-7 * max(1, abs(exact)))
    }
  }
}
