import Foundation
import Kernels
import Testing

/// The functions over the whole range of floats against the double-precision library.
struct LaneFunctionsTests {
  private static func largestError(
    _ range: StrideThrough<Float>, _ function: (Lanes) -> Lanes, _ exact: (Double) -> Double
  ) -> Double {
    range.reduce(0) { worst, x in
      let reference = exact(Double(x))
      return reference == 0 ? worst : max(worst, abs(Double(function(Lanes(x))[2]) / reference - 1))
    }
  }

  @Test func exponential() {
    #expect(Self.largestError(stride(from: -87, through: 88.7, by: 0.0137), { fullExponential($0) }, exp) < 2e-7)
    let inputs: [Float] = [-200, -.infinity, 89, .infinity, 0]
    #expect(inputs.map { fullExponential(Lanes($0))[0] } == [0, 0, .infinity, .infinity, 1])
    #expect(fullExponential(Lanes(.nan))[0].isNaN)
    let subnormal = fullExponential(Lanes(-95))[1]
    #expect(abs(Double(subnormal) - exp(-95)) < 2e-45)
  }

  @Test func exponentialMinusOneIsExactNearZero() {
    #expect(Self.largestError(stride(from: -20, through: -0.5, by: 0.0037), { exponentialMinusOne($0) }, expm1) < 3e-7)
    #expect(Self.largestError(stride(from: -0.5, through: -1e-5, by: 1e-4), { exponentialMinusOne($0) }, expm1) < 3e-7)
    #expect(exponentialMinusOne(Lanes(-.infinity))[0] == -1)
  }

  @Test func hyperbolicTangentIsOdd() {
    #expect(Self.largestError(stride(from: -12, through: 12, by: 0.0017), { hyperbolicTangent($0) }, tanh) < 3e-7)
    #expect(hyperbolicTangent(Lanes(1000))[0] == 1 && hyperbolicTangent(Lanes(-.infinity))[0] == -1)
    #expect(hyperbolicTangent(Lanes(.nan))[0].isNaN)
  }

  @Test func errorFunctionIsOdd() {
    #expect(Self.largestError(stride(from: -5, through: 5, by: 0.0007), { errorFunction($0) }, erf) < 2e-7)
    #expect(errorFunction(Lanes(1e20))[0] == 1 && errorFunction(Lanes(-.infinity))[0] == -1)
    #expect(errorFunction(Lanes(.nan))[0].isNaN)
  }

  @Test func logistic() {
    let exact: (Double) -> Double = { 1 / (1 + exp(-$0)) }
    #expect(Self.largestError(stride(from: -80, through: 80, by: 0.0037), { fullLogistic($0) }, exact) < 4e-7)
    #expect(fullLogistic(Lanes(-1e4))[0] == 0 && fullLogistic(Lanes(1e4))[0] == 1)
    #expect(fullLogistic(Lanes(.nan))[0].isNaN)
  }
}
