/// One of the two cameras that look at a toy in the middle of a turntable.
///
/// The toy stays where it is; turning the table by an azimuth is turning camera and lights by its negative.
package struct ToyCamera {
  /// How far away it stands, in radii of the toy.
  static let distance: Float = 7
  /// How many pixels a radius of the toy takes, at its middle, of half the side of a picture.
  static let magnification: Float = 0.74
  /// How far apart the two cameras are, seen from the toy, in degrees.
  static let stereoAngle: Float = 8

  let position: Vector
  private let forward: Vector
  private let right: Vector
  private let up: Vector
  private let focalLength: Float
  /// Where the middle of the toy is seen, in samples.
  private let middle: (row: Float, column: Float)
  private let samples: Int

  /// - Parameters:
  ///   - eye: 0 left, 1 right.
  ///   - samples: how many rows and columns of rays it sends out.
  ///   - shift: by how many samples the toy is seen below and to the right of the middle.
  package init(
    center: Vector, radius: Float, elevation: Float, azimuth: Float, eye: Int, samples: Int,
    shift: (row: Float, column: Float) = (0, 0)
  ) {
    let side: Float = eye == 0 ? -0.5 : 0.5
    let outward = Vector(1, 0, 0).pitched(by: elevation).turned(by: side * Self.stereoAngle - azimuth)
    position = center + outward * (Self.distance * radius)
    forward = outward * -1
    right = normalized(cross(forward, Vector(0, 0, 1)))
    up = cross(right, forward)
    focalLength = Self.magnification * Self.distance * Float(samples) / 2
    self.samples = samples
    middle = (Float(samples) / 2 + shift.row, Float(samples) / 2 + shift.column)
  }

  /// The ray through the middle of a sample.
  @inline(__always)
  package func ray(row: Int, column: Int) -> Ray {
    let x = Float(column) + 0.5 - middle.column
    let y = middle.row - Float(row) - 0.5
    return Ray(origin: position, direction: normalized(forward * focalLength + right * x + up * y))
  }

  /// The rows and columns of the samples in which a ball may be seen.
  package func window(center: Vector, radius: Float) -> (rows: Range<Int>, columns: Range<Int>) {
    let offset = center - position
    let depth = dot(offset, forward)
    // Of what is nearer than its centre, the ball's edge is seen a little further out.
    let scale = focalLength / (depth - radius)
    let reach = radius * scale + 2
    func range(_ middle: Float) -> Range<Int> {
      let from = Int(max(0, middle - reach))
      let to = Int(min(Float(samples), middle + reach + 1))
      return from..<max(from, to)
    }
    // Off the axis, dividing by the nearer depth would overshoot: both ends are taken.
    let (far, near) = (focalLength / (depth + radius), scale)
    func span(_ value: Float, from middle: Float) -> Range<Int> {
      let (a, b) = (range(middle + value * far), range(middle + value * near))
      return min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
    }
    return (span(-dot(offset, up), from: middle.row), span(dot(offset, right), from: middle.column))
  }
}
