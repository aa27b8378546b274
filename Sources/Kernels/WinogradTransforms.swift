/// One axis of Winograd's minimal filtering F(m, 3): `m` outputs of a filter of three from `m + 2` inputs by as many products.
///
/// Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks", sections 4.1 to 4.3.
protocol WinogradTransform {
  static var outputs: Int { get }
  /// `G`, row-major with three columns: what a filter is multiplied by.
  static var filter: [Double] { get }
  /// `Bᵀ x`, of elements `step` apart.
  static func input(
    _ x: UnsafePointer<SIMD8<Float>>, _ step: Int, into y: UnsafeMutablePointer<SIMD8<Float>>, _ by: Int)
  /// `Aᵀ x`, of elements `step` apart.
  static func output(
    _ x: UnsafePointer<SIMD8<Float>>, _ step: Int, into y: UnsafeMutablePointer<SIMD8<Float>>, _ by: Int)
}

extension WinogradTransform {
  static var side: Int { outputs + 2 }
}

/// 2.25 times fewer products than taps of the filter in a plane.
enum WinogradOfTwo: WinogradTransform {
  static var outputs: Int { 2 }
  static var filter: [Double] { [1, 0, 0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0, 0, 1] }

  @inline(__always)
  static func input(
    _ x: UnsafePointer<SIMD8<Float>>, _ step: Int, into y: UnsafeMutablePointer<SIMD8<Float>>, _ by: Int
  ) {
    let (a, b, c, d) = (x[0], x[step], x[2 &* step], x[3 &* step])
    y[0] = a - c
    y[by] = b + c
    y[2 &* by] = c - b
    y[3 &* by] = b - d
  }

  @inline(__always)
  static func output(
    _ x: UnsafePointer<SIMD8<Float>>, _ step: Int, into y: UnsafeMutablePointer<SIMD8<Float>>, _ by: Int
  ) {
    let (a, b, c, d) = (x[0], x[step], x[2 &* step], x[3 &* step])
    y[0] = a + b + c
    y[by] = b - c - d
  }
}

/// Four times fewer products than taps of the filter in a plane.
enum WinogradOfFour: WinogradTransform {
  static var outputs: Int { 4 }
  static var filter: [Double] {
    [
      1.0 / 4, 0, 0, -1.0 / 6, -1.0 / 6, -1.0 / 6, -1.0 / 6, 1.0 / 6, -1.0 / 6, 1.0 / 24, 1.0 / 12, 1.0 / 6, 1.0 / 24,
      -1.0 / 12, 1.0 / 6, 0, 0, 1,
    ]
  }

  @inline(__always)
  static func input(
    _ x: UnsafePointer<SIMD8<Float>>, _ step: Int, into y: UnsafeMutablePointer<SIMD8<Float>>, _ by: Int
  ) {
    let (a, b, c) = (x[0], x[step], x[2 &* step])
    let (d, e, f) = (x[3 &* step], x[4 &* step], x[5 &* step])
    let four = SIMD8<Float>(repeating: 4)
    let (inner, outer) = (e - four * c, d - four * b)
    let (even, odd) = (e - c, 2 * (d - b))
    y[0] = four * a - 5 * c + e
    y[by] = inner + outer
    y[2 &* by] = inner - outer
    y[3 &* by] = even + odd
    y[4 &* by] = even - odd
    y[5 &* by] = four * b - 5 * d + f
  }

  @inline(__always)
  static func output(
    _ x: UnsafePointer<SIMD8<Float>>, _ step: Int, into y: UnsafeMutablePointer<SIMD8<Float>>, _ by: Int
  ) {
    let (a, b, c) = (x[0], x[step], x[2 &* step])
    let (d, e, f) = (x[3 &* step], x[4 &* step], x[5 &* step])
    let (sum, difference) = (b + c, b - c)
    let (sum2, difference2) = (d + e, d - e)
    y[0] = a + sum + sum2
    y[by] = difference + 2 * difference2
    y[2 &* by] = sum + 4 * sum2
    y[3 &* by] = difference + 8 * difference2 + f
  }
}
