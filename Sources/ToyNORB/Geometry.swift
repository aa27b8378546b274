/// A point or a direction: x forward, y to the left, z up; the toy stands on z = 0.
package typealias Vector = SIMD3<Float>

/// The arithmetic below is written out in one fixed order, so that every machine renders the same bytes.
@inline(__always)
func dot(_ a: Vector, _ b: Vector) -> Float { a.x * b.x + a.y * b.y + a.z * b.z }

func cross(_ a: Vector, _ b: Vector) -> Vector {
  Vector(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

@inline(__always)
func normalized(_ a: Vector) -> Vector { a / dot(a, a).squareRoot() }

/// Sine and cosine of an angle in degrees, from their Taylor series: system libraries differ in the last bit.
package func sineAndCosine(degrees: Float) -> (sine: Float, cosine: Float) {
  var degrees = Double(degrees) - 360 * (Double(degrees) / 360).rounded()
  let quarters = (degrees / 90).rounded()
  degrees -= 90 * quarters
  let x = degrees * (Double.pi / 180)
  let square = x * x
  var (sine, cosine, term) = (0.0, 0.0, 1.0)
  for power in stride(from: 0.0, through: 16, by: 2) {
    cosine += term
    sine += term * x / (power + 1)
    term *= -square / ((power + 1) * (power + 2))
  }
  return switch Int(quarters) & 3 {
  case 0: (Float(sine), Float(cosine))
  case 1: (Float(cosine), Float(-sine))
  case 2: (Float(-sine), Float(-cosine))
  default: (Float(-cosine), Float(sine))
  }
}

extension Vector {
  /// Turned about the vertical axis, from x towards y.
  func turned(by degrees: Float) -> Vector {
    let (sine, cosine) = sineAndCosine(degrees: degrees)
    return Vector(cosine * x - sine * y, sine * x + cosine * y, z)
  }

  /// Tilted about the y axis, from x towards z: a nose that rises.
  func pitched(by degrees: Float) -> Vector {
    let (sine, cosine) = sineAndCosine(degrees: degrees)
    return Vector(cosine * x - sine * z, y, sine * x + cosine * z)
  }

  /// Tilted about the x axis, from y towards z.
  func rolled(by degrees: Float) -> Vector {
    let (sine, cosine) = sineAndCosine(degrees: degrees)
    return Vector(x, cosine * y - sine * z, sine * y + cosine * z)
  }

  /// The same on the other side of the toy.
  var mirrored: Vector { Vector(x, -y, z) }
}

/// A half-line of points `origin + t · direction`, t > 0.
package struct Ray {
  var origin: Vector
  var direction: Vector

  package init(origin: Vector, direction: Vector) { (self.origin, self.direction) = (origin, direction) }
}
